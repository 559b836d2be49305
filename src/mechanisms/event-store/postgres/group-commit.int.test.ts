import { randomUUID } from 'node:crypto';
import { ConcurrencyConflict, InvalidEvent, Overloaded } from '../../errors';
import { createLogger } from '../../observability';
import type { Database } from '../../postgres';
import { createTestDatabase } from '../../postgres/testing';
import type { TestDatabase } from '../../postgres/testing';
import type { NewEvent } from '../event';
import { NO_STREAM } from '../event-store';
import type { AppendResult, EventStore } from '../event-store';
import { newEvents, newStream, times, until, versionsOf } from '../fixtures.contract';
import { createPostgresEventStore } from '.';

const log = createLogger({ level: 'silent' });
const LOCK = 20010101;

describe('appends that wait together', () => {
  let test: TestDatabase;
  let store: EventStore;
  const sent: string[] = [];

  beforeAll(async () => {
    test = await createTestDatabase();
    store = await createPostgresEventStore({ database: watched(test.database), log });
    await test.owner.query(`CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN IF NEW.type = 'Poison' THEN RAISE EXCEPTION 'bad' USING ERRCODE = '22023'; END IF; RETURN NEW; END $$`);
    await test.owner.query('CREATE TRIGGER poison BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION poison()');
  });
  beforeEach(() => void (sent.length = 0));
  afterAll(async () => {
    await store.close();
    await test.drop();
  });

  /** Tells which form each append went by. */
  function watched(database: Database): Database {
    return {
      ...database,
      lane(options) {
        const lane = database.lane(options);
        return {
          ...lane,
          query(statement, values) {
            sent.push(statement.name);
            return lane.query(statement, values);
          },
        };
      },
    };
  }

  /** Until `work` is over nobody can append. */
  const whileLocked = <Result>(work: () => Promise<Result>) =>
    test.owner.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
      return work();
    });
  const waitingForLock = async () =>
    test.owner.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%INSERT INTO events%'`,
    );

  it('are one call; a single event goes by the form for one', async () => {
    await Promise.all(times(50, () => store.append(newStream(), NO_STREAM, newEvents(2))));
    await store.append(newStream(), NO_STREAM, newEvents(2));
    await store.append(newStream(), NO_STREAM, newEvents(1));
    expect(sent).toEqual(['append_events_at_once', 'append_events_at_once', 'append_event']);
  });

  it('have each an outcome of its own', async () => {
    const [fresh, grown, repeated, moved, anything] = times(5, newStream) as [string, string, string, string, string];
    const earlier = newEvents(2);
    const first = await store.append(repeated, NO_STREAM, earlier);
    await store.append(repeated, 1, newEvents(1));
    await store.append(moved, NO_STREAM, newEvents(3));
    await store.append(grown, NO_STREAM, newEvents(1));
    await store.append(anything, NO_STREAM, newEvents(1));
    sent.length = 0;
    const before = await store.head();

    const outcomes = await Promise.allSettled([
      store.append(fresh, NO_STREAM, newEvents(3)),
      store.append(repeated, NO_STREAM, earlier),
      store.append(moved, 0, newEvents(1)),
      store.append(newStream(), 4, newEvents(1)),
      store.append(grown, 0, newEvents(2)),
      store.append(anything, 'any', newEvents(1)),
    ]);
    expect(sent).toEqual(['append_events_each', ...times(4, () => 'append_events')]);
    const at = (n: number) => before + BigInt(n);
    const refused = (expected: number, actual: number) => ({
      status: 'rejected',
      reason: expect.objectContaining({ code: 'CONCURRENCY_CONFLICT', expected, actual }),
    });
    expect(outcomes).toMatchObject([
      { value: { version: 2, positions: [at(1), at(2), at(3)], position: at(3), repeated: false } },
      { value: { ...first, repeated: true } },
      refused(0, 2),
      refused(4, NO_STREAM),
      { value: { version: 2, positions: [at(4), at(5)], repeated: false } },
      { value: { version: 1, positions: [at(6)], repeated: false } },
    ]);
    expect(await versionsOf(store, moved)).toEqual([0, 1, 2]);
  });

  it('do not fail for one whose ids its stream knows', async () => {
    const [known, fresh] = [newStream(), newStream()];
    const earlier = newEvents(2);
    await store.append(known, NO_STREAM, earlier);
    const [again, other] = await Promise.allSettled([
      store.append(known, 1, earlier),
      store.append(fresh, NO_STREAM, newEvents(1)),
    ]);
    expect(again).toMatchObject({ reason: { code: 'CONCURRENCY_CONFLICT', expected: 1, actual: 1 } });
    expect(other).toMatchObject({ value: { version: 0, repeated: false } });
  });

  it('do not fail for one that is poison', async () => {
    const streams = times(10, newStream);
    const outcomes = await Promise.allSettled(
      streams.map((streamId, n) => {
        const events = newEvents(2).map((event, i): NewEvent => (n === 4 && i ? { ...event, type: 'Poison' } : event));
        return store.append(streamId, NO_STREAM, events);
      }),
    );
    expect(sent).toEqual(['append_events_at_once', 'append_events_each', ...times(10, () => 'append_events')]);
    for (const [n, outcome] of outcomes.entries()) {
      if (n === 4) expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(InvalidEvent) });
      else expect(outcome).toMatchObject({ status: 'fulfilled', value: { version: 1, repeated: false } });
      expect(await versionsOf(store, streams[n]!)).toEqual(n === 4 ? [] : [0, 1]);
    }
  });

  it('to one stream come one after the other: in their order, or as a conflict', async () => {
    const [inOrder, racing] = [newStream(), newStream()];
    const [one, two, win, lose] = await Promise.allSettled([
      store.append(inOrder, NO_STREAM, newEvents(2)),
      store.append(inOrder, 1, newEvents(1)),
      store.append(racing, NO_STREAM, newEvents(1)),
      store.append(racing, NO_STREAM, newEvents(1)),
    ]);
    expect([one, two, win]).toMatchObject([
      { value: { version: 1 } },
      { value: { version: 2 } },
      { value: { version: 0 } },
    ]);
    expect(lose).toMatchObject({ reason: expect.any(ConcurrencyConflict) });
    expect(lose).toMatchObject({ reason: { actual: 0 } });
    expect(sent).toEqual([...times(2, () => 'append_events_at_once'), 'append_events_each', 'append_events']);
  });

  it('of 40 writers on their own streams keep exact versions and one order', async () => {
    const before = await store.head();
    const writers = times(40, newStream);
    const answers = await Promise.all(
      writers.map(async (streamId) => {
        const mine: AppendResult[] = [];
        for (let version = NO_STREAM; version < 9; version++)
          mine.push(await store.append(streamId, version, newEvents(1)));
        return mine;
      }),
    );
    const log = await store.readAll(before, 1_000);
    expect(log.map((event) => event.globalPosition)).toEqual(times(400, (n) => before + BigInt(n + 1)));
    for (const [n, streamId] of writers.entries()) {
      const seen = log.filter((event) => event.streamId === streamId);
      expect(seen.map((event) => event.streamVersion)).toEqual(times(10, (version) => version));
      expect(seen.map((event) => event.globalPosition)).toEqual(answers[n]!.map((answer) => answer.position));
    }
  });

  it('beyond the bound are refused at once, and the others stored when the store is free again', async () => {
    const before = await store.head();
    const append = () => store.append(newStream(), NO_STREAM, newEvents(1));
    const appends = await whileLocked(async () => {
      const first = append();
      await until(async () => (await waitingForLock()).length === 1);
      const waiting = times(10_000, append);
      await expect(append()).rejects.toBeInstanceOf(Overloaded);
      return [first, ...waiting];
    });
    // On a machine that is busy with others not all have their turn in time: those are told that nothing was written, and come again.
    const patient = (asked: ReturnType<typeof append>): ReturnType<typeof append> =>
      asked.catch((error: Error) => {
        if (!error.message.includes('did not come to this append')) throw error;
        return patient(append());
      });
    const stored = await Promise.all(appends.map(patient));
    expect(new Set(stored.map((answer) => answer.position)).size).toBe(10_001);
    expect(await store.readAll(before, 20_000)).toHaveLength(10_001);
  });

  it('that were acknowledged are there, and each once, whoever kills the session under them', async () => {
    let over = false;
    const acknowledged = new Map<string, number>();
    const writers = times(16, async () => {
      while (!over) {
        const streamId = newStream();
        await store.append(streamId, NO_STREAM, newEvents(2)).then(
          () => acknowledged.set(streamId, 2),
          () => acknowledged.set(streamId, 0),
        );
      }
    });
    for (let kill = 0; kill < 10; kill++) {
      await whileLocked(async () => {
        await until(async () => (await waitingForLock()).length > 0);
        await test.owner.query('SELECT pg_terminate_backend($1)', [(await waitingForLock())[0]!.pid]);
      });
    }
    const unlucky = () =>
      test.owner.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'test' AND state = 'active'`,
      );
    const stored = () => [...acknowledged.values()].filter(Boolean).length;
    for (let kill = 0; kill < 20; kill++) {
      const before = stored();
      await unlucky();
      await until(() => stored() > before);
    }
    over = true;
    await Promise.all(writers);
    const rows = await test.owner.query<{ stream_id: string; count: number }>(
      'SELECT stream_id, count(*)::int AS count FROM events WHERE stream_id = ANY ($1) GROUP BY 1',
      [[...acknowledged.keys()]],
    );
    const found = new Map(rows.map(({ stream_id, count }) => [stream_id, count]));
    const lost = [...acknowledged].filter(([streamId, count]) => count > 0 && found.get(streamId) !== count);
    expect(lost).toEqual([]);
    expect(rows.filter(({ count }) => count !== 2)).toEqual([]);
  });

  it('are judged as one by one', async () => {
    // A copy of every append in a second set of streams, one at a time through the form for one.
    const pool = times(12, () => randomUUID());
    const random = (below: number) => Math.floor(Math.random() * below);
    const twins = times(8, () => [newStream(), newStream()] as [string, string]);
    const kinds = new Set<string>();
    for (let round = 0; round < 60; round++) {
      const appends = twins.map(() => ({
        expected: [-1, 0, 1, 2, 3, 'any' as const][random(6)]!,
        ids: pool.slice(random(10)).slice(0, 1 + random(3)),
      }));
      const run = async (which: 0 | 1, n: number) => {
        const { expected, ids } = appends[n]!;
        const events = newEvents(ids.length).map((event, i) => ({ ...event, eventId: ids[i]! }));
        try {
          const { version, repeated } = await store.append(twins[n]![which], expected, events);
          return `${repeated ? 'repeated' : 'appended'} ${version}`;
        } catch (error) {
          return `conflict ${(error as ConcurrencyConflict).actual}`;
        }
      };
      const together = await Promise.all(twins.map((_, n) => run(0, n)));
      for (const n of twins.keys()) {
        const alone = await run(1, n);
        expect({ ...appends[n], outcome: together[n] }).toEqual({ ...appends[n], outcome: alone });
        kinds.add(alone.split(' ')[0]!);
      }
    }
    expect(kinds).toEqual(new Set(['appended', 'repeated', 'conflict']));
  });
});

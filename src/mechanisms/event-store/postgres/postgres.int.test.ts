import { randomUUID } from 'node:crypto';
import { EventStoreUnavailable, UnknownOutcome } from '../../errors';
import { createLogger } from '../../observability';
import { createDatabase } from '../../postgres';
import type { Database, Lane } from '../../postgres';
import { createTestDatabase } from '../../postgres/testing';
import type { TestDatabase } from '../../postgres/testing';
import { NO_STREAM } from '../event-store';
import type { EventStore } from '../event-store';
import { eventStoreContract } from '../event-store.contract';
import { collect, newEvents, newStream, until, versionsOf } from '../fixtures.contract';
import { strictIdsContract } from '../strict-ids.contract';
import { createPostgresEventStore } from '.';

const log = createLogger({ level: 'silent' });
const UNDONE = `SELECT append_events($1, -1, ARRAY[$2::uuid], ARRAY['Undone'], ARRAY[1], ARRAY['{}'::json], ARRAY['{}'::json])`;

eventStoreContract('Postgres', async () => {
  const { database, connection, drop } = await createTestDatabase();
  const opened: { close(): Promise<void> }[] = [];
  // Each on a pool of its own, as it is in another process: a store keeps one connection of it for its appends.
  const reopen = async () => {
    const own = createDatabase({ connection: connection.app, max: 10, applicationName: 'test instance', log });
    const store = await createPostgresEventStore({ database: own, log });
    opened.push(store, own);
    return store;
  };
  const rollBack = async () => {
    const undone = database.transaction(async (tx) => {
      await tx.query(UNDONE, [newStream(), randomUUID()]);
      throw new Error('rolled back');
    });
    await expect(undone).rejects.toThrow('rolled back');
  };
  return {
    store: await reopen(),
    reopen,
    rollBack,
    loadEvents: 100_000,
    async drop() {
      await Promise.all(opened.map((one) => one.close()));
      await drop();
    },
  };
});

describe('the event store in Postgres', () => {
  let test: TestDatabase;
  let store: EventStore;
  let ending: AbortController;

  beforeAll(async () => {
    test = await createTestDatabase();
    store = await createPostgresEventStore({ database: test.database, log });
    // What a slow disk does, for events that ask for it.
    await test.owner.query(`CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN IF NEW.type = 'Slow' THEN PERFORM pg_sleep(0.4); END IF; RETURN NEW; END $$`);
    await test.owner.query('CREATE TRIGGER dawdle BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION dawdle()');
  });
  beforeEach(() => void (ending = new AbortController()));

  it('is followed while a crowd holds all connections of who serves', async () => {
    const serving = createDatabase({ connection: test.connection.app, max: 1, applicationName: 'serving', log });
    const crowded = await createPostgresEventStore({ database: serving, background: test.database, log });
    let leave = (): void => undefined;
    const crowd = serving.transaction(() => new Promise<void>((resolve) => (leave = resolve)));
    const before = (await crowded.readAll(0n, 100_000)).length;
    await store.append(newStream(), NO_STREAM, newEvents(2));
    expect(await crowded.readAll(0n, 100_000)).toHaveLength(before + 2);
    expect(await crowded.head()).toBe(await store.head());
    leave();
    await crowd;
    await crowded.close();
    await serving.close();
  });
  afterEach(() => ending.abort());
  afterAll(async () => {
    await store.close();
    await test.drop();
  });

  const slow = () => newEvents(1).map((event) => ({ ...event, type: 'Slow' }));
  const slowAppendRuns = async () =>
    (
      await test.owner.query<object>(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
      )
    ).length > 0;

  strictIdsContract(() => store);

  it('has an id that every instance tells', async () => {
    const again = await createPostgresEventStore({ database: test.database, log });
    expect(again.storeId).toMatch(/^pg[0-9a-f]{4}$/);
    expect(again.storeId).toBe(store.storeId);
    await again.close();
  });

  it('keeps the exact text of data', async () => {
    const streamId = newStream();
    const data = { b: '\u0001é', a: 1.0, nested: { z: [], y: {} } };
    await store.append(
      streamId,
      NO_STREAM,
      newEvents(1).map((event) => ({ ...event, data })),
    );
    const rows = await test.owner.query('SELECT data::text AS text FROM events WHERE stream_id = $1', [streamId]);
    expect(rows).toEqual([{ text: JSON.stringify(data) }]);
  });

  it.each([
    `UPDATE events SET type = 'Other'`,
    'DELETE FROM events',
    'TRUNCATE events',
    `UPDATE event_store SET id = 'pg0000'`,
    'ALTER TABLE events DISABLE TRIGGER ALL',
  ])('does not let the serving role say %s', async (sql) => {
    await expect(test.database.query(sql)).rejects.toMatchObject({ code: '42501' });
  });

  it('shows a later append only after an earlier, slower one of another process', async () => {
    const start = await store.head();
    const other = await createPostgresEventStore({ database: test.database, log }); // in one process the second would wait anyway
    const follower = collect(store.subscribeToAll(start, ending.signal));
    const [first, second] = [newStream(), newStream()];
    const slowly = store.append(first, NO_STREAM, slow());
    await until(slowAppendRuns);
    const swiftly = other.append(second, NO_STREAM, newEvents(1));
    await Promise.all([slowly, swiftly]);
    await until(() => follower.seen.length === 2);
    expect(follower.seen.map((event) => event.streamId)).toEqual([first, second]);
  });

  it('steps over positions that were rolled back, and never fills them', async () => {
    const start = await store.head();
    const follower = collect(store.subscribeToAll(start, ending.signal));
    for (let round = 0; round < 5; round++) {
      await store.append(newStream(), NO_STREAM, newEvents(1));
      await expect(
        test.database.transaction(async (tx) => {
          await tx.query(UNDONE, [newStream(), randomUUID()]);
          throw new Error('rolled back');
        }),
      ).rejects.toThrow('rolled back');
    }
    await store.append(newStream(), NO_STREAM, newEvents(1));
    await until(() => follower.seen.length >= 6);
    const positions = follower.seen.map((event) => Number(event.globalPosition - start));
    expect(positions).toEqual([1, 3, 5, 7, 9, 11]);
  });

  it.each(['in the database', 'in another database of the server'])(
    'is not held up by a transaction that writes and stays open, %s',
    async (where) => {
      const elsewhere = await createTestDatabase();
      const owner = where === 'in the database' ? test.owner : elsewhere.owner;
      const start = await store.head();
      const follower = collect(store.subscribeToAll(start, ending.signal));
      await owner.transaction(async (tx) => {
        const [written] = await tx.query('UPDATE event_store SET id = id RETURNING pg_current_xact_id()');
        expect(written).toBeDefined();
        await store.append(newStream(), NO_STREAM, newEvents(1));
        await until(() => follower.seen.length === 1);
      });
      await elsewhere.drop();
    },
  );

  it('hears at once of what another process appended', async () => {
    const pool = createDatabase({ connection: test.connection.app, max: 2, applicationName: 'another process', log });
    const another = await createPostgresEventStore({ database: pool, log });
    const heard = new Promise<void>((resolve) => another.onAppended(resolve)); // no poll calls that
    await until(async () => {
      const listeners = `SELECT 1 FROM pg_stat_activity WHERE application_name = 'another process' AND query LIKE '%listen%'`;
      return (await test.owner.query(listeners)).length === 1;
    });
    await store.append(newStream(), NO_STREAM, newEvents(1));
    await heard;
    await another.close();
    await pool.close();
  });

  describe('when the answer is lost', () => {
    it('settles an exact append whose session was killed: stored once', async () => {
      const streamId = newStream();
      const append = store.append(streamId, NO_STREAM, slow());
      await until(slowAppendRuns);
      await test.owner.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
      );
      await expect(append).resolves.toMatchObject({ version: 0 });
      expect(await versionsOf(store, streamId)).toEqual([0]);
    });

    it('settles one that was stored: the first answer, told as a repeat, and a hint', async () => {
      const lossy = await createPostgresEventStore({ database: losing(test.database, 1), log });
      let hints = 0;
      lossy.onAppended(() => hints++);
      const streamId = newStream();
      await expect(lossy.append(streamId, NO_STREAM, newEvents(2))).resolves.toMatchObject({
        version: 1,
        repeated: true,
      });
      expect(await versionsOf(store, streamId)).toEqual([0, 1]);
      await until(() => hints === 1);
    });

    it('says so when it cannot be settled', async () => {
      const lossy = await createPostgresEventStore({ database: losing(test.database, 2), log });
      await expect(lossy.append(newStream(), NO_STREAM, newEvents(1))).rejects.toBeInstanceOf(UnknownOutcome);
    });

    it('does not try any again, which would store it twice in other engines', async () => {
      const lossy = await createPostgresEventStore({ database: losing(test.database, 1), log });
      const streamId = newStream();
      await expect(lossy.append(streamId, 'any', newEvents(1))).rejects.toBeInstanceOf(UnknownOutcome);
      expect(await versionsOf(store, streamId)).toEqual([0]);
    });
  });

  it('is unavailable, and has written nothing, when the disk is full', async () => {
    await test.owner.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN IF NEW.type = 'Full' THEN RAISE EXCEPTION 'no space left' USING ERRCODE = 'disk_full'; END IF; RETURN NEW; END $$`);
    await test.owner.query('CREATE TRIGGER refuse BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION refuse()');
    const streamId = newStream();
    const events = newEvents(2).map((event, index) => ({ ...event, type: index ? 'Full' : 'Thing' }));
    await expect(store.append(streamId, NO_STREAM, events)).rejects.toBeInstanceOf(EventStoreUnavailable);
    expect((await store.readStream(streamId)).version).toBe(NO_STREAM);
    await expect(store.append(streamId, NO_STREAM, newEvents(1))).resolves.toMatchObject({ version: 0 });
  });

  it('is unavailable when the lock is not free in time', async () => {
    const [judging] = await test.owner.query(`SELECT proconfig FROM pg_proc WHERE proname = 'append_events'`);
    expect(judging).toEqual({ proconfig: ['lock_timeout=5s'] });
    const waits: unknown[] = [];
    const hasty: Database = {
      ...test.database,
      lane({ settings, ...options }) {
        waits.push(settings?.lock_timeout, options.answerMs);
        return test.database.lane({ ...options, settings: { ...settings, lock_timeout: '50ms' } }); // so that the test need not wait so long
      },
    };
    const append = store.append(newStream(), NO_STREAM, slow());
    await until(slowAppendRuns);
    const other = await createPostgresEventStore({ database: hasty, log }); // in one process appends wait before the lock
    const late = other.append(newStream(), NO_STREAM, newEvents(1));
    await expect(late).rejects.toBeInstanceOf(EventStoreUnavailable);
    expect(waits).toEqual(['5s', 10_000]);
    await append;
    await other.close();
  });
});

/** A database whose answers to the first appends are lost on the way, after they committed. */
function losing(database: Database, answers: number): Database {
  return {
    ...database,
    lane(options) {
      const lane = database.lane(options);
      return {
        ...lane,
        async query<Row extends object>(...asked: Parameters<Lane['query']>) {
          const rows = await lane.query<Row>(...asked);
          if (answers-- > 0) throw new Error('Connection terminated unexpectedly');
          return rows;
        },
      };
    },
  };
}

import { createLogger } from '../../observability';
import type { Database, Lane, Session } from '../../postgres';
import { createTestDatabase } from '../../postgres/testing';
import type { TestDatabase } from '../../postgres/testing';
import { NO_STREAM } from '../event-store';
import { newEvents, newStream, times, versionsOf } from '../fixtures.contract';
import { createPostgresEventStore } from '.';

const log = createLogger({ level: 'silent' });

/** Another server answers, which lost the last events: what was known of streams must not leave holes in them. */
describe('a version that is no longer there', () => {
  let test: TestDatabase;
  beforeAll(async () => void (test = await createTestDatabase()));
  afterAll(() => test.drop());

  /** A pooler's connection stays while it goes on with another server. */
  function behindPooler(database: Database): Database {
    const session: Session = { pid: -1 };
    const toPooled = (lane: Lane): Lane => ({ ...lane, session: () => Promise.resolve(session) });
    return { ...database, lane: (options) => toPooled(database.lane(options)) };
  }

  const endSessions = () =>
    test.owner.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'test'`,
    );

  /** One of another process, of which nothing is heard. */
  function openUnheard() {
    const channel = () => ({ ring: () => undefined, close: () => undefined });
    return createPostgresEventStore({ database: { ...test.database, channel }, log });
  }

  /** Tells of each call by which statement it was. */
  async function openWatched(asked: string[], place = (database: Database) => database) {
    const watched = (lane: Lane): Lane => ({
      ...lane,
      query(statement, values) {
        asked.push(statement.name);
        return lane.query(statement, values);
      },
    });
    const lane: Database['lane'] = (options) => watched(test.database.lane(options));
    return createPostgresEventStore({ database: place({ ...test.database, lane }), log });
  }

  it('would be taken as there in the same session: nobody looks twice', async () => {
    const asked: string[] = [];
    const store = await openWatched(asked);
    const streamId = newStream();
    const other = await openUnheard();
    await other.append(streamId, NO_STREAM, newEvents(1));
    for (const expected of [0, 1]) await store.append(streamId, expected, newEvents(1));
    await store.append(newStream(), NO_STREAM, newEvents(1)); // to look whether it is there tells no more than the constraint
    expect(asked).toEqual(['append_events_each', 'append_event', 'append_event']);
    await Promise.all([store.close(), other.close()]);
  });

  it('is the conflict of the one stream that another process went on with', async () => {
    const asked: string[] = [];
    const store = await openWatched(asked);
    const other = await openUnheard();
    const [overtaken, ...others] = times(4, newStream) as [string, ...string[]];
    const streams = [overtaken, ...others];
    await Promise.all(streams.map((streamId) => store.append(streamId, NO_STREAM, newEvents(1))));
    await other.append(overtaken, 0, newEvents(1));
    asked.length = 0;
    const outcomes = await Promise.allSettled(streams.map((streamId) => store.append(streamId, 0, newEvents(1))));
    expect(outcomes).toMatchObject([
      { reason: { code: 'CONCURRENCY_CONFLICT', expected: 0, actual: 1 } },
      ...others.map(() => ({ value: { version: 1, repeated: false } })),
    ]);
    expect(asked).toEqual(['append_events_at_once', 'append_events_each', 'append_events']);
    await Promise.all([store.close(), other.close()]);
  });

  it('is looked up behind a pooler, after one try', async () => {
    const asked: string[] = [];
    const store = await openWatched(asked, behindPooler);
    const streams = times(2, newStream);
    const append = (expected: number) =>
      Promise.all(streams.map((streamId) => store.append(streamId, expected, newEvents(1))));
    for (const expected of [NO_STREAM, 0, 1]) await append(expected);
    expect(asked).toEqual(['append_events_at_once', ...times(3, () => 'append_events_each')]);
    await store.close();
  });

  describe.each([
    ['after the connection was lost', (database: Database) => database, endSessions],
    ['behind a pooler', behindPooler, () => Promise.resolve()],
  ])('%s', (_where, placed, moveOn) => {
    it.each([1, 3])('is a conflict: %d appends', async (count) => {
      const store = await createPostgresEventStore({ database: placed(test.database), log });
      const streams = times(count, newStream);
      const appendTo = (expected: number) =>
        Promise.allSettled(streams.map((streamId) => store.append(streamId, expected, newEvents(1))));
      await appendTo(NO_STREAM);
      await appendTo(0);
      await test.owner.query('DELETE FROM events WHERE stream_id = ANY ($1) AND version = 1', [streams]);
      await moveOn();
      const conflict = { code: 'CONCURRENCY_CONFLICT', expected: 1, actual: 0 };
      expect(await appendTo(1)).toMatchObject(streams.map(() => ({ reason: conflict })));
      for (const streamId of streams) expect(await versionsOf(store, streamId)).toEqual([0]);
      await store.close();
    });
  });
});

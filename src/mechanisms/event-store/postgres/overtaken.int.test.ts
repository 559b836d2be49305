import { createLogger } from '../../observability';
import { createDatabase } from '../../postgres';
import type { Database } from '../../postgres';
import { createTestDatabase } from '../../postgres/testing';
import type { TestDatabase } from '../../postgres/testing';
import { NO_STREAM } from '../event-store';
import type { EventStore } from '../event-store';
import { newEvents, newStream, until, versionsOf } from '../fixtures.contract';
import { createPostgresEventStore } from '.';

const log = createLogger({ level: 'silent' });
const LOCK = 20010101;

describe('an append that another process overtakes while it waits for the lock', () => {
  let test: TestDatabase;
  let pool: Database;
  let store: EventStore;
  beforeAll(async () => {
    test = await createTestDatabase();
    pool = createDatabase({ connection: test.connection.app, max: 2, applicationName: 'overtaken', log });
    store = await createPostgresEventStore({ database: pool, log });
  });
  afterAll(async () => {
    await store.close();
    await pool.close();
    await test.drop();
  });

  const waitsForLock = async () => {
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE application_name = 'overtaken' AND wait_event_type = 'Lock'`;
    return (await test.owner.query(waiting)).length === 1;
  };

  it.each([
    ['alone', 0],
    ['among others, which are stored', 3],
  ])('is a conflict that tells the version now: %s', async (_how, others) => {
    const streamId = newStream();
    const neighbours = Array.from({ length: others }, newStream);
    const appends = await test.owner.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
      const sent = [streamId, ...neighbours].map((one) => store.append(one, NO_STREAM, newEvents(1)));
      await until(waitsForLock);
      await tx.query('SELECT append_events($1, -1, $2::uuid[], $3, $4, $5::json[], $6::json[])', [
        streamId,
        newEvents(2).map(({ eventId }) => eventId),
        ['Thing', 'Thing'],
        [1, 1],
        ['{}', '{}'],
        ['{}', '{}'],
      ]);
      return { outcomes: Promise.allSettled(sent) };
    });
    const [overtaken, ...stored] = await appends.outcomes;
    expect(overtaken).toMatchObject({ reason: { code: 'CONCURRENCY_CONFLICT', expected: NO_STREAM, actual: 1 } });
    expect(stored).toEqual(neighbours.map(() => expect.objectContaining({ status: 'fulfilled' })));
    expect(await versionsOf(store, streamId)).toEqual([0, 1]);
  });
});

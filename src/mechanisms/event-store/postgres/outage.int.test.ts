import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createEmbeddedPostgres, removeTemporary, temporaryFolder } from '../../embedded-postgres';
import type { EmbeddedPostgres } from '../../embedded-postgres';
import type { MediaNestError } from '../../errors';
import { createLogger } from '../../observability';
import type { PostgresDatabase } from '../../postgres';
import { APP_ROLE, createDatabase, migrate } from '../../postgres';
import { NO_STREAM } from '../event-store';
import type { EventStore } from '../event-store';
import { collect, newEvents, newStream, times, until } from '../fixtures.contract';
import { createPostgresEventStore } from '.';

const log = createLogger({ level: 'silent' });
const PATIENCE_MS = 30_000;
const WRITERS = 8;
/** One for the appends, one for the follower. */
const SESSIONS = 2;

let folder: string;
let postgres: EmbeddedPostgres;
let database: PostgresDatabase;
let store: EventStore;
beforeAll(async () => {
  folder = temporaryFolder('outage');
  postgres = createEmbeddedPostgres({ dataDir: path.join(folder, 'data'), log });
  await postgres.start();
  await migrate({ owner: postgres.connection, appRole: { name: APP_ROLE }, log });
  const connection = { ...postgres.connection, user: APP_ROLE };
  database = createDatabase({ connection, max: SESSIONS, applicationName: 'outage', log });
  store = await createPostgresEventStore({ database, log });
}, 90_000);
afterAll(async () => {
  await store.close();
  await database.close();
  await postgres.stop();
  removeTemporary(folder, postgres);
}, 60_000);

it('that goes away under load says so, and loses nothing that was acknowledged; followers go on by themselves', async () => {
  const ending = new AbortController();
  const follower = collect(store.subscribeToAll(0n, ending.signal));
  const acknowledged: bigint[] = [];
  const refusals = new Map<string, number>();
  let over = false;
  const writers = times(WRITERS, async () => {
    while (!over) {
      await store.append(newStream(), NO_STREAM, newEvents(2)).then(
        ({ positions }) => void acknowledged.push(...positions),
        async (error: MediaNestError) => {
          refusals.set(error.code, (refusals.get(error.code) ?? 0) + 1);
          expect(error.retryable).toBe(true);
          await pause(10);
        },
      );
    }
  });

  await until(() => acknowledged.length > 100, PATIENCE_MS);
  await postgres.stop();
  const before = acknowledged.length;
  await until(() => (refusals.get('EVENT_STORE_UNAVAILABLE') ?? 0) > 50, PATIENCE_MS);
  expect(acknowledged).toHaveLength(before);
  await postgres.start();
  await until(() => acknowledged.length > before + 100, PATIENCE_MS);
  over = true;
  await Promise.all(writers);

  // In doubt is only what was under way on a session when that one went: at most an append of each writer. Of a new connection nothing is.
  expect([...refusals.keys()].filter((code) => !['EVENT_STORE_UNAVAILABLE', 'UNKNOWN_OUTCOME'].includes(code))).toEqual(
    [],
  );
  expect(refusals.get('UNKNOWN_OUTCOME') ?? 0).toBeLessThanOrEqual(WRITERS * SESSIONS);
  const last = await store.head();
  await until(() => follower.seen.at(-1)?.globalPosition === last, PATIENCE_MS);
  const seen = follower.seen.map((event) => event.globalPosition);
  expect(seen.every((position, index) => index === 0 || position > seen[index - 1]!)).toBe(true);
  const told = new Set(seen);
  expect(acknowledged.filter((position) => !told.has(position))).toEqual([]);
  ending.abort();
}, 120_000);

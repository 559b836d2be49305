import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createEmbeddedPostgres, removeTemporary } from '../../embedded-postgres';
import { createLogger } from '../../observability';
import type { Database, PostgresDatabase } from '../../postgres';
import { APP_ROLE, createDatabase, migrate } from '../../postgres';
import { createTestDatabase } from '../../postgres/testing';
import type { TestDatabase } from '../../postgres/testing';
import { NO_STREAM } from '../event-store';
import type { EventStore } from '../event-store';
import { collect, newEvents, newStream, times, until } from '../fixtures.contract';
import { createPostgresEventStore, settleEventStore } from '.';

const log = createLogger({ level: 'silent' });
const idIn = async (database: Database) => (await database.query<{ id: string }>('SELECT id FROM event_store'))[0]!.id;

let folder: string;
let test: TestDatabase;
let original: EventStore;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'medianest-copied-'));
  chmodSync(folder, 0o777); // the server writes the copies, as another user when this runs as root
  test = await createTestDatabase();
  await settleEventStore(test.owner, log);
  original = await createPostgresEventStore({ database: test.database, log });
  for (const count of [3, 1, 2]) await original.append(newStream(), NO_STREAM, newEvents(count));
  await test.owner.query(
    `INSERT INTO projection_checkpoint (name, version, position, store_id, epoch, state) VALUES ('fits', 1, 4, $1, 1, 'LIVE'), ('foreign', 1, 4, 'pgffff', 1, 'LIVE')`,
    [original.storeId],
  );
});
afterAll(async () => {
  await original.close();
  await test.drop();
  rmSync(folder, { recursive: true, force: true });
});

const copy = async (from: Database, to: Database, table: string) => {
  const file = path.join(folder, `${table}-${Math.random()}`);
  await from.query(`COPY ${table} TO '${file}'`);
  await to.query(`TRUNCATE ${table}`);
  await to.query(`COPY ${table} FROM '${file}'`);
};

it('is left alone where it was made, however often it is looked at', async () => {
  const before = await idIn(test.owner);
  for (let start = 0; start < 2; start++) await settleEventStore(test.owner, log);
  expect(await idIn(test.owner)).toBe(before);
});

it('is another store in a fresh server, with the same history, and goes on there', async () => {
  const dataDir = path.join(folder, 'data');
  const postgres = createEmbeddedPostgres({ dataDir, log });
  await postgres.start();
  const open = (user: string): PostgresDatabase =>
    createDatabase({ connection: { ...postgres.connection, user }, max: 3, applicationName: 'copy', log });
  const owner = open(postgres.connection.user);
  const serving = open(APP_ROLE);
  try {
    await migrate({ owner: postgres.connection, appRole: { name: APP_ROLE }, log });
    for (const table of ['event_store', 'events', 'projection_checkpoint']) await copy(test.owner, owner, table);
    expect(await idIn(owner)).toBe(original.storeId);
    await settleEventStore(owner, log);

    const store = await createPostgresEventStore({ database: serving, log });
    expect(store.storeId).not.toBe(original.storeId);
    expect(await store.readAll(0n, 100)).toEqual(await original.readAll(0n, 100));
    const checkpoints = await owner.query('SELECT name, store_id FROM projection_checkpoint ORDER BY name');
    expect(checkpoints).toEqual([
      { name: 'fits', store_id: store.storeId },
      { name: 'foreign', store_id: 'pgffff' },
    ]);

    const ending = new AbortController();
    const head = await store.head();
    const follower = collect(store.subscribeToAll(head, ending.signal));
    const [known] = await store.readAll(0n, 1);
    await store.append(known!.streamId, 2, newEvents(2));
    await Promise.all(times(5, () => store.append(newStream(), NO_STREAM, newEvents(1))));
    await until(() => follower.seen.length === 7);
    expect(follower.seen.map(({ globalPosition }) => globalPosition)).toEqual(times(7, (n) => head + BigInt(n + 1)));
    ending.abort();
    await store.close();
  } finally {
    await Promise.all([owner.close(), serving.close()]);
    await postgres.stop();
    removeTemporary(dataDir, postgres);
  }
});

import { setTimeout as pause } from 'node:timers/promises';
import { createLogger } from '../observability';
import { createDatabase } from '../postgres';
import type { TestDatabase } from '../postgres/testing';
import { createTestDatabase } from '../postgres/testing';
import { until } from '../pubsub/testing';
import type { Projection } from './projection';
import { beginTables, beside, indexTables } from './rebuild-tables';

const tables = { tables: ['counted'] };
let test: TestDatabase;
const indexes = () =>
  test.owner.query(`select indexname from pg_indexes where schemaname = 'medianest_rebuild' order by 1`);

beforeAll(async () => {
  test = await createTestDatabase();
  await test.owner.query('create table counted (position bigint primary key, one int, two int)');
  await test.owner.query('create index counted_one on counted (one)');
  await test.owner.query('create index counted_two on counted (two)');
  await test.owner.query('grant all on counted to medianest_app');
});
beforeEach(() => beginTables(test.database, tables));
afterAll(() => test.drop());

it('makes no further index when it is told to stop, and goes on with those that are missing', async () => {
  const goesOn = [true, false];
  expect(await indexTables(test.database, tables, () => goesOn.shift()!)).toBe(false);
  expect(await indexes()).toHaveLength(2);
  expect(await indexTables(test.database, tables, () => true)).toBe(true);
  expect(await indexes()).toEqual(['counted_one', 'counted_pkey', 'counted_two'].map((indexname) => ({ indexname })));
});

it('lets an index take longer than any other statement may', async () => {
  const database = createDatabase({
    connection: test.connection.app,
    max: 1,
    applicationName: 'test',
    log: createLogger({ level: 'silent' }),
    statementTimeoutMs: 100,
  });
  const waiting = `select from pg_locks where not granted and relation = 'medianest_rebuild.counted'::regclass
    and database = (select oid from pg_database where datname = current_database())`;
  const indexing = await test.owner.transaction(async (tx) => {
    await tx.query('lock table medianest_rebuild.counted in row exclusive mode');
    const done = indexTables(database, tables, () => true);
    done.catch(() => undefined); // told below
    await until(async () => (await test.owner.query(waiting)).length > 0);
    await pause(1_200); // what the server and the connection would have given it
    return { done };
  });
  expect(await indexing.done).toBe(true);
  expect(await indexes()).toHaveLength(3);
  await database.close();
});

it('has the fold make nothing to tell, which nobody would hear', async () => {
  const asked: unknown[] = [];
  const project: Projection['project'] = (_events, _tx, options) => (asked.push(options), Promise.resolve([]));
  const aside = beside({ name: 'counting', version: 1, handles: [], ...tables, project }, 'rebuild:counting');
  await test.database.transaction((tx) => aside.project([], tx));
  expect(asked).toEqual([{ isSilent: true }]);
});

import { StartupError } from '../errors';
import { createLogger } from '../observability';
import { APP_ROLE, createDatabase, migrate, readCatalogue } from '.';
import type { PostgresDatabase } from '.';
import type { TestDatabase } from './testing';
import { createTestDatabase } from './testing';

const log = createLogger({ level: 'silent' });
const appRole = { name: APP_ROLE } as const;

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.drop());

/** An empty database on the same server, gone after the work. */
async function withEmptyDatabase(
  settings: string,
  work: (owner: { host: string; port: number; user: string; database: string }) => Promise<void>,
): Promise<void> {
  const database = `${test.connection.app.database}_empty`;
  await test.owner.query(`create database ${database} ${settings}`);
  try {
    await work({ ...test.connection.owner, database });
  } finally {
    await test.owner.query(`drop database ${database}`);
  }
}

async function reading<Result>(
  connection: object,
  read: (database: PostgresDatabase) => Promise<Result>,
): Promise<Result> {
  const database = createDatabase({ connection, max: 1, applicationName: 'test', log });
  return read(database).finally(() => database.close());
}

it('applied again changes nothing', async () => {
  const names = () => test.owner.query('select name, run_on from pgmigrations order by id');
  const before = { catalogue: await readCatalogue(test.owner), names: await names() };
  await migrate({ owner: test.connection.ownerUrl, appRole, log });
  expect({ catalogue: await readCatalogue(test.owner), names: await names() }).toEqual(before);
});

it('waits for another that migrates at the same time', async () => {
  await withEmptyDatabase('', async (owner) => {
    await Promise.all([1, 2, 3].map(() => migrate({ owner, appRole, log })));
    expect(await reading(owner, readCatalogue)).toBe(await readCatalogue(test.owner));
  });
});

it('says what an administrator has to do when the user may not make what a migration makes', async () => {
  await test.owner.query('create role test_maker login');
  await withEmptyDatabase('', async (owner) => {
    await reading(owner, (database) =>
      database.query(`
        grant all on schema public to test_maker;
        do $$ begin execute format('grant create on database %I to ${APP_ROLE}', current_database()); end $$`),
    );
    const attempt = migrate({ owner: { ...owner, user: 'test_maker' }, appRole, log });
    await expect(attempt).rejects.toThrow(StartupError);
    await expect(attempt).rejects.toThrow('grant create on database');
  });
  await test.owner.query('drop role test_maker');
});

it('says what an administrator has to do when the user may not prepare the serving role', async () => {
  await test.owner.query('create role "Test.Plain" login');
  const plain = (connection: object) => ({ ...connection, user: 'Test.Plain' });
  await withEmptyDatabase('', async (owner) => {
    const attempt = migrate({ owner: plain(owner), appRole, log });
    await expect(attempt).rejects.toThrow(StartupError);
    await expect(attempt).rejects.toThrow('CREATEROLE');
    await expect(attempt).rejects.toThrow('grant create on database');
  });
  await withEmptyDatabase('owner "Test.Plain"', async (owner) => {
    await migrate({ owner: plain(owner), appRole, log }); // the role exists, and the owner may grant
    await reading(plain(owner), (database) => database.query(`select begin_rebuild('{lease}')`)); // whatever its name
  });
  await test.owner.query('drop role "Test.Plain"');
});

describe('the serving role', () => {
  it('reads and appends events, and can neither change nor remove them', async () => {
    const rights = await test.owner.query<{ right: string }>(
      `select privilege_type as right from information_schema.role_table_grants
        where table_name = 'events' and grantee = $1 order by 1`,
      [APP_ROLE],
    );
    expect(rights.map(({ right }) => right)).toEqual(['INSERT', 'SELECT']);
    await expect(test.database.query('update events set type = type')).rejects.toMatchObject({ code: '42501' });
    await expect(test.database.query('delete from events')).rejects.toMatchObject({ code: '42501' });
    await expect(test.database.query('truncate events')).rejects.toMatchObject({ code: '42501' });
  });

  it('is no superuser, and owns nothing but the job queue', async () => {
    const [role] = await test.owner.query(
      'select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = $1',
      [APP_ROLE],
    );
    expect(role).toEqual({ rolsuper: false, rolcreatedb: false, rolcreaterole: false });
    const schemas = await test.owner.query(
      'select distinct schemaname from pg_tables where tableowner = $1 order by 1',
      [APP_ROLE],
    );
    expect(schemas).toEqual([{ schemaname: 'graphile_worker' }]);
  });
});

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { EmbeddedPostgres } from '../embedded-postgres';
import { createEmbeddedPostgres, removeTemporary, temporaryFolder } from '../embedded-postgres';
import { StartupError } from '../errors';
import { createLogger } from '../observability';
import type { PostgresDatabase } from '.';
import { APP_ROLE, createDatabase, migrate } from '.';

const log = createLogger({ level: 'silent' });
let folder: string;
let postgres: EmbeddedPostgres;
let owner: PostgresDatabase;

/** A server that asks the serving role for its password. */
beforeAll(async () => {
  folder = temporaryFolder('role-password');
  const dataDir = path.join(folder, 'data');
  postgres = createEmbeddedPostgres({ dataDir, log, settings: { fsync: 'off' } });
  await postgres.start();
  writeFileSync(path.join(dataDir, 'pg_hba.conf'), `local all ${APP_ROLE} scram-sha-256\nlocal all all trust\n`);
  owner = createDatabase({ connection: postgres.connection, max: 1, applicationName: 'test', log });
  await owner.query('select pg_reload_conf()');
});
afterAll(async () => {
  await owner?.close();
  await postgres?.stop();
  removeTemporary(folder, postgres);
});

const start = (password: string, database = 'postgres') =>
  migrate({ owner: { ...postgres.connection, database }, appRole: { name: APP_ROLE, password }, log });
const serve = (password: string) =>
  createDatabase({
    connection: { ...postgres.connection, user: APP_ROLE, password },
    max: 1,
    applicationName: 't',
    log,
  });
async function letsIn(password: string): Promise<boolean> {
  const database = serve(password);
  const inside = await database.query('select 1').then(
    () => true,
    () => false,
  );
  await database.close();
  return inside;
}
async function kept(): Promise<unknown> {
  const [role] = await owner.query<{ rolpassword: string }>('select rolpassword from pg_authid where rolname = $1', [
    APP_ROLE,
  ]);
  return role?.rolpassword;
}

it('the password of the serving role is set once, by whoever starts first', async () => {
  await start('a');
  expect(await letsIn('a')).toBe(true);
  const before = await kept();
  await Promise.all([start('a'), start('a')]);
  expect(await kept()).toBe(before);
});

it('other keys lock nobody out: they are refused while somebody is served, and taken when nobody is', async () => {
  await start('a');
  const serving = serve('a');
  await serving.query('select 1');
  await expect(start('b')).rejects.toThrow(StartupError);
  await expect(start('b')).rejects.toThrow('MEDIANEST_KEY');
  expect([await letsIn('a'), await letsIn('b')]).toEqual([true, false]);
  await serving.close();
  await start('b');
  expect(await letsIn('b')).toBe(true);
});

it('two databases of one server may be made ready at once', async () => {
  await owner.query('create database other');
  for (const password of ['c', 'd', 'e']) await Promise.all([start(password), start(password, 'other')]);
  expect(await letsIn('e')).toBe(true);
});

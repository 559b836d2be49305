import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClientConfig } from 'pg';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { StartupError } from '../errors';
import type { Logger } from '../observability';
import { asRole } from './as-role';
import { asDatabaseError } from './database-errors';
import { sqlStateOf } from './sql-state';

/** The role that serves. Each migration grants it exactly what it may. */
export const APP_ROLE = 'medianest_app';

export interface MigrateOptions {
  /** A connection of the role that owns the tables and may make roles. */
  owner: string | ClientConfig;
  appRole: { name: typeof APP_ROLE; password?: string };
  log: Logger;
}

type RoleOptions = Pick<MigrateOptions, 'owner' | 'appRole'>;

const INSUFFICIENT_PRIVILEGE = '42501';
const WRONG_PASSWORD = '28P01';
const REFUSALS = new Set([WRONG_PASSWORD, '28000', INSUFFICIENT_PRIVILEGE]);
/** "Tuple concurrently updated" has no code of its own; the others say that the role is there by now. */
const ROLE_RACES = new Set(['XX000', '23505', '42710']);
const CONNECTION_TIMEOUT_MS = 10_000;
const GOODBYE_MS = 2_000;
export const MIGRATIONS = path.resolve(__dirname, '../../../migrations');

/**
 * Brings the database to the newest schema: all of it or nothing. Processes that start together wait for each other.
 *
 * A migration is `migrations/NNNN_<what>.sql`: applied in the order of the numbers, forward only, never changed once applied. It grants to
 * APP_ROLE, by name, exactly what that role may do with what it makes.
 */
export async function migrate({ owner, appRole, log }: MigrateOptions): Promise<void> {
  const client = new Client({
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    ...(typeof owner === 'string' ? { connectionString: owner } : owner),
  });
  client.on('error', () => undefined); // the running statement tells
  const { PG_MIGRATE_LOCK_ID, runner } = await import('node-pg-migrate'); // here, for a role that serves never needs it
  try {
    await client.connect();
    // The runner's own lock, taken before: roles are made under it too. It counts, so the runner's taking and giving back is harmless.
    await client.query('select pg_advisory_lock($1)', [PG_MIGRATE_LOCK_ID]);
    await ensureAppRole(client, { owner, appRole });
    const applied = await runner({
      dbClient: client,
      dir: MIGRATIONS,
      migrationsTable: 'pgmigrations',
      direction: 'up',
      singleTransaction: true,
      advisoryLockMode: 'wait',
      logger: quiet(log),
    });
    if (applied.length > 0) log.info({ applied: applied.map(({ name }) => name) }, 'migrated the database');
  } catch (error) {
    throw isRefusal(error) ? cannotMigrate(error) : asDatabaseError(error);
  } finally {
    await client.end();
  }
}

async function ensureAppRole(client: Client, { owner, appRole }: RoleOptions): Promise<void> {
  const { name } = appRole;
  const role = escapeIdentifier(name);
  try {
    await makeRole(client, { owner, appRole });
    if (await mayMakeSchemas(client, name)) return;
    const { rows: databases } = await client.query<{ name: string }>('select current_database() as name');
    await client.query(
      `grant connect, create, temporary on database ${escapeIdentifier(databases[0]!.name)} to ${role}`,
    );
  } catch (error) {
    throw isRefusal(error) ? cannotPrepare(name, error) : error;
  }
  // A grant without the right to grant is a warning, not an error.
  if (!(await mayMakeSchemas(client, name))) throw cannotPrepare(name);
}

/** Roles are the server's: our lock keeps no migration of another database from making or changing the same one at this moment. */
async function makeRole(client: Client, options: RoleOptions, tries = 5): Promise<void> {
  const { name, password } = options.appRole;
  const role = escapeIdentifier(name);
  const login = password === undefined ? 'login' : `login password ${escapeLiteral(password)}`;
  try {
    const { rows } = await client.query('select 1 from pg_roles where rolname = $1', [name]);
    if (rows.length === 0) await client.query(`create role ${role} nosuperuser nocreatedb nocreaterole ${login}`);
    else if (password !== undefined && !(await letsIn(options))) await changePassword(client, { name, login });
  } catch (error) {
    if (tries === 1 || !ROLE_RACES.has(sqlStateOf(error))) throw error;
    await makeRole(client, options, tries - 1);
  }
}

async function letsIn({ owner, appRole: { name: user, password } }: RoleOptions): Promise<boolean> {
  const as = typeof owner === 'string' ? asRole(owner, { user, password }) : { ...owner, user, password };
  const client = new Client({ ...as, connectionTimeoutMillis: CONNECTION_TIMEOUT_MS });
  client.on('error', () => undefined); // the connecting tells
  try {
    await client.connect();
    return true;
  } catch (error) {
    const state = sqlStateOf(error);
    if (!REFUSALS.has(state)) throw error;
    return state !== WRONG_PASSWORD; // what else is wrong is not the password's fault
  } finally {
    await client.end();
  }
}

/** Not while somebody is being served with another one, whom that would lock out. */
async function changePassword(client: Client, { name, login }: { name: string; login: string }): Promise<void> {
  if (await isServing(client, name)) {
    throw new StartupError(
      'this database server is in use by a MediaNest with other keys: give all processes of a house the same MEDIANEST_KEY, ' +
        'or the same state folder; another house needs a database server of its own',
    );
  }
  await client.query(`alter role ${escapeIdentifier(name)} ${login}`);
}

/** The sessions of who has just gone are there for a moment more. */
async function isServing(client: Client, role: string): Promise<boolean> {
  for (const deadline = Date.now() + GOODBYE_MS; ; await delay(50)) {
    const { rows } = await client.query('select 1 from pg_stat_activity where usename = $1 limit 1', [role]);
    if (rows.length === 0 || Date.now() > deadline) return rows.length > 0;
  }
}

/** The job queue makes its own schema, as the role that uses it. */
async function mayMakeSchemas(client: Client, role: string): Promise<boolean> {
  const sql = `select has_database_privilege($1, current_database(), 'create') as may`;
  const { rows } = await client.query<{ may: boolean }>(sql, [role]);
  return rows[0]?.may === true;
}

const isRefusal = (error: unknown): error is Error => sqlStateOf(error) === INSUFFICIENT_PRIVILEGE;

function cannotMigrate(cause: Error): StartupError {
  return new StartupError(
    `the database user that migrates may not make what MediaNest needs (${cause.message}): give that user the ownership of the database, ` +
      `or let an administrator run "grant create on database … to …" and "grant create on schema public to …" for it`,
    { cause },
  );
}

function cannotPrepare(role: string, cause?: unknown): StartupError {
  return new StartupError(
    `the database user that migrates may not prepare the role ${role}, as which MediaNest serves: ` +
      `give that user CREATEROLE and the ownership of the database, or let an administrator run ` +
      `"create role ${role} login" and "grant create on database … to ${role}"`,
    { cause },
  );
}

/** The runner tells every step; an operator wants to hear the result, and what went wrong. */
function quiet(log: Logger): Record<'debug' | 'info' | 'warn' | 'error', (message: string) => void> {
  return {
    debug: (message) => log.trace(message),
    info: (message) => log.debug(message),
    warn: (message) => log.warn(message),
    error: (message) => log.error(message),
  };
}

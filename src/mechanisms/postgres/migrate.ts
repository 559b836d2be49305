import path from 'node:path';
import type { ClientConfig } from 'pg';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { StartupError } from '../errors';
import type { Logger } from '../observability';
import { asDatabaseError } from './database-errors';

/** The role that serves. Each migration grants it exactly what it may. */
export const APP_ROLE = 'medianest_app';

export interface MigrateOptions {
  /** A connection of the role that owns the tables and may make roles. */
  owner: string | ClientConfig;
  appRole: { name: typeof APP_ROLE; password?: string };
  log: Logger;
}

const INSUFFICIENT_PRIVILEGE = '42501';
/** "Tuple concurrently updated" has no code of its own; the others say that the role is there by now. */
const ROLE_RACES = new Set(['XX000', '23505', '42710']);
const CONNECTION_TIMEOUT_MS = 10_000;
const MIGRATIONS = path.resolve(__dirname, '../../../migrations');

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
    await ensureAppRole(client, appRole);
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
    throw asDatabaseError(error);
  } finally {
    await client.end();
  }
}

async function ensureAppRole(client: Client, appRole: MigrateOptions['appRole']): Promise<void> {
  const { name } = appRole;
  const role = escapeIdentifier(name);
  try {
    await makeRole(client, appRole);
    if (await mayMakeSchemas(client, name)) return;
    const { rows: databases } = await client.query<{ name: string }>('select current_database() as name');
    await client.query(
      `grant connect, create, temporary on database ${escapeIdentifier(databases[0]!.name)} to ${role}`,
    );
  } catch (error) {
    if ((error as { code?: string }).code !== INSUFFICIENT_PRIVILEGE) throw error;
    throw cannotPrepare(name, error);
  }
  // A grant without the right to grant is a warning, not an error.
  if (!(await mayMakeSchemas(client, name))) throw cannotPrepare(name);
}

/** Roles are the server's: our lock keeps no migration of another database from making or changing the same one at this moment. */
async function makeRole(client: Client, { name, password }: MigrateOptions['appRole'], tries = 5): Promise<void> {
  const role = escapeIdentifier(name);
  const login = password === undefined ? 'login' : `login password ${escapeLiteral(password)}`;
  try {
    const { rows } = await client.query('select 1 from pg_roles where rolname = $1', [name]);
    if (rows.length === 0) await client.query(`create role ${role} nosuperuser nocreatedb nocreaterole ${login}`);
    else if (password !== undefined) await client.query(`alter role ${role} ${login}`);
  } catch (error) {
    if (tries === 1 || !ROLE_RACES.has((error as { code?: string }).code ?? '')) throw error;
    await makeRole(client, { name, password }, tries - 1);
  }
}

/** The job queue makes its own schema, as the role that uses it. */
async function mayMakeSchemas(client: Client, role: string): Promise<boolean> {
  const sql = `select has_database_privilege($1, current_database(), 'create') as may`;
  const { rows } = await client.query<{ may: boolean }>(sql, [role]);
  return rows[0]?.may === true;
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

import type { PoolClient, PoolConfig, QueryResult } from 'pg';
import { Pool } from 'pg';
import type { Logger } from '../observability';
import { asDatabaseError } from './database-errors';

/** What read models and mechanisms speak SQL through: parameters only. */
export interface Queryable {
  /** Runs one statement; rows as objects, bigint columns (int8) as strings. */
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** A pool. `transaction` gives one connection for the whole of `work`, rolls back when it throws. */
export interface Database extends Queryable {
  transaction<Result>(work: (tx: Queryable) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** For mechanisms that need more than statements: LISTEN, graphile-worker. */
export interface PostgresDatabase extends Database {
  readonly pool: Pool;
}

export interface DatabaseOptions {
  /** A connection URL, or what `pg` takes. */
  connection: string | PoolConfig;
  max: number;
  /** What the server's own views show of us. */
  applicationName: string;
  log: Logger;
  statementTimeoutMs?: number;
}

const CONNECTION_TIMEOUT_MS = 5_000;

/** Errors of the connection arrive as DatabaseUnavailable, errors of SQL as `pg` gives them. */
export function createDatabase(options: DatabaseOptions): PostgresDatabase {
  const { connection, max, applicationName, log, statementTimeoutMs } = options;
  const pool = new Pool({
    ...(typeof connection === 'string' ? { connectionString: connection } : connection),
    max,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    keepAlive: true,
  });
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection broke'));
  // While a connection is lent, its errors are emitted at the client alone; without a listener they would end the process. The next query tells.
  pool.on('connect', (client) => client.on('error', () => undefined));
  let closed: Promise<void> | undefined;
  return {
    pool,
    query: (sql, values) => run(pool, sql, values),
    transaction: (work) => transaction(pool, work),
    close: () => (closed ??= pool.end()),
  };
}

async function run<Row extends object>(
  target: Pool | PoolClient,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return (await execute(target, sql, values)).rows as Row[];
}

async function execute(target: Pool | PoolClient, sql: string, values: readonly unknown[] = []): Promise<QueryResult> {
  try {
    return await target.query(sql, [...values]);
  } catch (error) {
    throw asDatabaseError(error);
  }
}

async function transaction<Result>(pool: Pool, work: (tx: Queryable) => Promise<Result>): Promise<Result> {
  const client = await pool.connect().catch((error: unknown) => {
    throw asDatabaseError(error);
  });
  let broken = false;
  try {
    await execute(client, 'begin');
    const result = await work({ query: (sql, values) => run(client, sql, values) });
    const { command } = await execute(client, 'commit');
    // PostgreSQL answers a commit after a failed statement with a rollback, and no error.
    if (command !== 'COMMIT')
      throw new Error('rolled back: a statement of this transaction failed, and its error was swallowed');
    return result;
  } catch (error) {
    await execute(client, 'rollback').catch(() => (broken = true));
    throw error;
  } finally {
    client.release(broken);
  }
}

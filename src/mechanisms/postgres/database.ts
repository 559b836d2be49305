import type { PoolConfig, QueryResult } from 'pg';
import { Pool } from 'pg';
import type { Logger } from '../observability';
import { DatabaseUnavailable } from '../errors';
import { asDatabaseError, toUnavailable } from './database-errors';

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
  /** What a statement may take: the server ends it then, and the connection is given up when not even that is heard. */
  statementTimeoutMs?: number;
}

const CONNECTION_TIMEOUT_MS = 5_000;
/** What the server's word that it ended a statement may take. */
const GRACE_MS = 1_000;

/** Errors of the connection arrive as DatabaseUnavailable, errors of SQL as `pg` gives them. */
export function createDatabase(options: DatabaseOptions): PostgresDatabase {
  const { connection, max, applicationName, log, statementTimeoutMs } = options;
  const pool = new Pool({
    ...(typeof connection === 'string' ? { connectionString: connection } : connection),
    max,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    ...(statementTimeoutMs && { statement_timeout: statementTimeoutMs, query_timeout: statementTimeoutMs + GRACE_MS }),
    keepAlive: true,
  });
  let closed: Promise<void> | undefined;
  // A pool that closes does not wait for its connections, and a server that stops meanwhile breaks the last of them.
  pool.on('error', (error) => closed ?? log.warn({ err: error }, 'an idle database connection broke'));
  // While a connection is lent, its errors are emitted at the client alone; without a listener they would end the process. The next query tells.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return {
    pool,
    query: (sql, values) => withConnection(pool, (execute) => run(execute, sql, values)),
    transaction: (work) => withConnection(pool, (execute) => transaction(execute, work)),
    close: () => (closed ??= pool.end()),
  };
}

/** One statement on the connection. After it broke each one fails at once, and it is not used again. */
type Execute = (sql: string, values?: readonly unknown[]) => Promise<QueryResult>;

async function withConnection<Result>(pool: Pool, work: (execute: Execute) => Promise<Result>): Promise<Result> {
  const client = await pool.connect().catch((error: unknown) => {
    throw toUnavailable(error);
  });
  let broken: DatabaseUnavailable | undefined;
  const execute: Execute = async (sql, values = []) => {
    if (broken) throw broken;
    try {
      return await client.query(sql, [...values]);
    } catch (error) {
      const failure = asDatabaseError(error);
      if (failure instanceof DatabaseUnavailable) broken = failure;
      throw failure;
    }
  };
  try {
    return await work(execute);
  } finally {
    client.release(broken !== undefined || client.getTransactionStatus() !== 'I');
  }
}

async function run<Row extends object>(execute: Execute, sql: string, values?: readonly unknown[]): Promise<Row[]> {
  return (await execute(sql, values)).rows as Row[];
}

async function transaction<Result>(execute: Execute, work: (tx: Queryable) => Promise<Result>): Promise<Result> {
  try {
    await execute('begin');
    const result = await work({ query: (sql, values) => run(execute, sql, values) });
    const { command } = await execute('commit');
    // PostgreSQL answers a commit after a failed statement with a rollback, and no error.
    if (command !== 'COMMIT')
      throw new Error('rolled back: a statement of this transaction failed, and its error was swallowed');
    return result;
  } catch (error) {
    await execute('rollback').catch(() => undefined); // then the connection is not used again
    throw error;
  }
}

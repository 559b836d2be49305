import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PoolClient, PoolConfig, QueryResult } from 'pg';
import { Pool } from 'pg';
import type { Logger, Observer } from '../observability';
import { DatabaseUnavailable, Overloaded } from '../errors';
import { createAdmission } from './admission';
import type { Admission } from './admission';
import { asDatabaseError, toUnreachable } from './database-errors';
import { createChannel } from './channel';
import type { Channel } from './channel';
import { createLane } from './lane';
import type { PoolWatch } from './observing';
import { watchPool } from './observing';
import type { Lane, LaneOptions } from './lane';
import type { RunStatement, Statement } from './prepared';
import { createPrepared } from './prepared';
import { ABORTED } from './prepared-query';
import { sqlStateOf } from './sql-state';

/** What read models and mechanisms speak SQL through: parameters only. */
export interface Queryable {
  /** Runs one statement; rows as objects, bigint columns (int8) as strings. */
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** Knows statements by name. */
export interface Preparing {
  /** As `query`, for a statement that comes again and again. */
  prepared<Row extends object>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
}

/** What takes statements: a server, or a choice of them. */
export interface Place extends Queryable, Preparing {}

/** One connection: its statements go out at once, also while those before have no answer yet, and are done in their order. */
export interface Transaction extends Place {
  /**
   * For a statement whose answer nobody needs: it costs no round trip of its own. When it fails, the transaction fails with its error. One with a name comes
   * again and again.
   */
  send(statement: string | Statement, values?: readonly unknown[]): void;
}

/** A pool. `transaction` gives one connection for the whole of `work`, rolls back when it throws. */
export interface Database extends Place {
  transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result>;
  /** A connection of one's own. Closes with the database, if not before. */
  lane(options: LaneOptions): Lane;
  /** A bell between processes that use this database. Closes with the database, if not before. */
  channel(name: string, onRing: (message?: string) => void): Channel;
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
  /** Who would have to wait longer for a connection is told OVERLOADED at once. */
  maxWaitMs?: number;
  /** Hears of the pool and of its statements. */
  observer?: Observer;
}

const CONNECTION_TIMEOUT_MS = 5_000;
/** What the server's word that it ended a statement may take. */
const GRACE_MS = 1_000;

/** Errors of the connection arrive as DatabaseUnavailable, errors of SQL as `pg` gives them. */
export function createDatabase(options: DatabaseOptions): PostgresDatabase {
  const { connection, max, applicationName, log, statementTimeoutMs, maxWaitMs = Infinity } = options;
  const config: PoolConfig = {
    ...(typeof connection === 'string' ? { connectionString: connection } : connection),
    max,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    ...(statementTimeoutMs && { statement_timeout: statementTimeoutMs, query_timeout: statementTimeoutMs + GRACE_MS }),
    keepAlive: true,
  };
  const pool = new Pool({ ...config, pipeline: true });
  const watch = watchPool(pool, applicationName, options.observer);
  let closed: Promise<void> | undefined;
  const open = new Set<{ close(): void }>();
  const keep = <Part extends { close(): void }>(part: Part): Part => {
    const kept = { ...part, close: () => (open.delete(kept), part.close()) };
    open.add(kept);
    return kept;
  };
  // A pool that closes does not wait for its connections, and a server that stops meanwhile breaks the last of them.
  pool.on('error', (error) => closed ?? log.warn({ err: error }, 'an idle database connection broke'));
  // While a connection is lent, its errors are emitted at the client alone; without a listener they would end the process. The next query tells.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const admission = createAdmission({ pool, size: max, maxWaitMs });
  const lend = <Result>(work: (ask: Ask) => Promise<Result>) => withConnection({ watch, admission }, work);
  const runStatement = createPrepared(() => log.info('no prepared statements: a pooler hands out other sessions'));
  const runPrepared: RunPrepared = <Row>(ask: Ask, statement: Statement, options: PreparedOptions) =>
    ask(statement.text, (client) => runStatement(client, statement, options)) as Promise<Row[]>;
  return {
    pool,
    query: (sql, values) => lend((ask) => run(ask, sql, values)),
    prepared: (statement, values = []) => lend((ask) => runPrepared(ask, statement, { values })),
    transaction: (work) => lend((ask) => transaction({ ask, runPrepared }, work)),
    lane: (laneOptions) => keep(createLane(config, laneOptions, runStatement)),
    channel: (name, onRing) => keep(createChannel(config, name, onRing)),
    close() {
      for (const part of open) part.close(); // the pool waits for what is lent
      return (closed ??= pool.end());
    },
  };
}

/** Asks the connection. After it broke each question fails at once, and it is not used again. */
type Ask = <Answer>(sql: string, question: (client: PoolClient) => Promise<Answer>) => Promise<Answer>;

async function withConnection<Result>(
  { watch, admission }: { watch: PoolWatch; admission: Admission },
  work: (ask: Ask) => Promise<Result>,
): Promise<Result> {
  const client = await admission
    .wait(() => watch.connect())
    .catch((error: unknown) => {
      throw error instanceof Overloaded ? error : toUnreachable(error);
    });
  const lentAt = performance.now();
  let broken: DatabaseUnavailable | undefined;
  const ask: Ask = async (sql, question) => {
    if (broken) throw broken;
    try {
      return await watch.statement(sql, () => question(client));
    } catch (error) {
      const failure = asDatabaseError(error);
      if (failure instanceof DatabaseUnavailable) broken = failure;
      throw failure;
    }
  };
  try {
    return await work(ask);
  } finally {
    client.release(broken !== undefined || client.getTransactionStatus() !== 'I');
    admission.held(performance.now() - lentAt);
  }
}

type PreparedOptions = Parameters<RunStatement>[2];
type RunPrepared = <Row extends object>(ask: Ask, statement: Statement, options: PreparedOptions) => Promise<Row[]>;

const execute = (ask: Ask, sql: string, values: readonly unknown[] = []): Promise<QueryResult> =>
  ask(sql, (client) => client.query(sql, [...values]));

async function run<Row extends object>(ask: Ask, sql: string, values?: readonly unknown[]): Promise<Row[]> {
  return (await execute(ask, sql, values)).rows as Row[];
}

async function transaction<Result>(
  { ask, runPrepared }: { ask: Ask; runPrepared: RunPrepared },
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  const sent: Promise<unknown>[] = [];
  let hasFailed = false;
  const prepared: Transaction['prepared'] = (statement, values = []) =>
    runPrepared(ask, statement, { values, inTransaction: true });
  const send: Transaction['send'] = (statement, values) => {
    const answer = typeof statement === 'string' ? execute(ask, statement, values) : prepared(statement, values);
    answer.catch(() => (hasFailed = true)); // told below
    sent.push(answer);
  };
  try {
    await execute(ask, 'begin'); // waited for: behind one that fails each statement would be a transaction of its own, and kept
    const result = await work({ query: (sql, values) => run(ask, sql, values), prepared, send });
    // What cannot be sent, for its values, has failed by then: the server knows nothing of it, and would commit the others.
    if (sent.length > 0) await nextTurn();
    if (hasFailed) await requireAll(sent);
    const { command } = await execute(ask, 'commit');
    await requireAll(sent);
    // PostgreSQL answers a commit after a failed statement with a rollback, and no error.
    if (command !== 'COMMIT')
      throw new Error('rolled back: a statement of this transaction failed, and its error was swallowed');
    return result;
  } catch (error) {
    await execute(ask, 'rollback').catch(() => undefined); // then the connection is not used again
    if (isAborted(error)) await requireAll(sent);
    throw error;
  }
}

/** Throws what the first that failed says; those behind it say only that the transaction is aborted. All have, or will have, their answers. */
async function requireAll(sent: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(sent)) {
    if (outcome.status === 'rejected' && !isAborted(outcome.reason)) throw outcome.reason;
  }
}

const isAborted = (error: unknown): boolean => sqlStateOf(error) === ABORTED;

import { Client } from 'pg';
import type { ClientConfig } from 'pg';
import { DatabaseUnavailable } from '../errors';
import { asDatabaseError, toUnreachable } from './database-errors';
import type { RunStatement, Statement } from './prepared';

/**
 * A connection that is nobody else's. Its statements go out at once, also while others have no answer yet, and are done in their order, each on its own.
 */
export interface Lane {
  /** Where the next statement goes; another one when the connection is another. Errors as those of statements. */
  session(): Promise<Session>;
  /** Errors as with Database. */
  query<Row extends object>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
  /** Ends the connection after the answers that are due. */
  close(): void;
}

/** One per connection. */
export interface Session {
  /** As `pg_backend_pid()` says there; something else when a pooler stands between. */
  readonly pid: number;
}

export interface LaneOptions {
  /** Where answers are due and none comes for so long, all are given up, and the connection with them. */
  answerMs: number;
  /** Of its session. */
  settings?: Record<string, string>;
}

interface Connection extends Session {
  client: Client;
  due: DueAnswers;
}

/** Connects when it is first asked for its session or a statement, and anew when the connection broke. */
export function createLane(config: ClientConfig, { answerMs, settings = {} }: LaneOptions, run: RunStatement): Lane {
  const options = Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
  let held: Promise<Connection> | undefined;
  let closed = false;

  function connect(): Promise<Connection> {
    const timeouts = { query_timeout: undefined }; // one a statement, where `due` has one for all
    const client = new Client({ ...config, ...timeouts, options, pipeline: true });
    const connected = client.connect().then(
      () => ({ client, pid: pidOf(client), due: dueAnswersOf(client, answerMs) }),
      (error: unknown) => {
        forget();
        throw toUnreachable(error);
      },
    );
    const forget = () => {
      if (held === connected) held = undefined;
    };
    // The server may end it while nothing is sent: then the next statement must not be the one that finds out.
    client.on('error', forget);
    client.on('end', forget);
    return (held = connected);
  }

  function connection(): Promise<Connection> {
    if (closed) return Promise.reject(toUnreachable(new Error('the lane is closed')));
    return (held ??= connect());
  }

  return {
    session: connection,
    async query<Row extends object>(statement: Statement, values: readonly unknown[]) {
      const using = connection();
      const { client, due } = await using;
      due.asked();
      try {
        return (await run(client, statement, { values })) as Row[];
      } catch (error) {
        const failure = asDatabaseError(error);
        if (failure instanceof DatabaseUnavailable && held === using) {
          held = undefined;
          void client.end().catch(() => undefined);
        }
        throw failure;
      } finally {
        due.came();
      }
    },
    close() {
      closed = true;
      void held?.then(({ client }) => client.end()).catch(() => undefined);
    },
  };
}

interface DueAnswers {
  asked(): void;
  came(): void;
}

/** One timer for all statements of a connection: one for each would be a twentieth of what a small one costs. */
function dueAnswersOf(client: Client, answerMs: number): DueAnswers {
  let count = 0;
  const timer = setTimeout(() => {
    const late = Object.assign(new Error(`no answer in ${answerMs} ms`), { code: 'ETIMEDOUT' });
    if (count > 0) client.connection.stream.destroy(late);
  }, answerMs).unref();
  client.on('end', () => clearTimeout(timer));
  return {
    asked() {
      if (count === 0) timer.refresh();
      count++;
    },
    came() {
      count--;
      timer.refresh();
    },
  };
}

/** The server tells it to every new connection; the types of `pg` do not. */
function pidOf(client: Client): number {
  return (client as Client & { processID: number }).processID;
}

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
  /** Errors as with Database. One that gets no answer in `timeoutMs` is given up, and the connection with it. */
  query<Row extends object>(statement: Statement, values: readonly unknown[], timeoutMs: number): Promise<Row[]>;
  /** Ends the connection after the answers that are due. */
  close(): void;
}

/** One per connection. */
export interface Session {
  /** As `pg_backend_pid()` says there; something else when a pooler stands between. */
  readonly pid: number;
}

interface Connection {
  client: Client;
  session: Session;
}

/** Connects when it is first asked for its session or a statement, and anew when the connection broke. `settings` are those of its session. */
export function createLane(config: ClientConfig, settings: Record<string, string>, runStatement: RunStatement): Lane {
  const options = Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
  let held: Promise<Connection> | undefined;
  let closed = false;

  function connect(): Promise<Connection> {
    const client = new Client({ ...config, options, pipeline: true });
    const connected = client.connect().then(
      () => ({ client, session: { pid: pidOf(client) } }),
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
    session: async () => (await connection()).session,
    async query<Row extends object>(statement: Statement, values: readonly unknown[], timeoutMs: number) {
      const using = connection();
      const { client } = await using;
      try {
        return (await runStatement(client, statement, { values, timeoutMs })) as Row[];
      } catch (error) {
        const failure = asDatabaseError(error);
        if (failure instanceof DatabaseUnavailable && held === using) {
          held = undefined;
          void client.end().catch(() => undefined);
        }
        throw failure;
      }
    },
    close() {
      closed = true;
      void held?.then(({ client }) => client.end()).catch(() => undefined);
    },
  };
}

/** The server tells it to every new connection; the types of `pg` do not. */
function pidOf(client: Client): number {
  return (client as Client & { processID: number }).processID;
}

import { Client } from 'pg';
import type { ClientConfig } from 'pg';
import { DatabaseUnavailable } from '../errors';
import { asDatabaseError, toUnreachable } from './database-errors';
import type { RunStatement, Statement } from './prepared';

/**
 * A connection that is nobody else's. Its statements go out at once, also while others have no answer yet, and are done in their order, each on its own.
 */
export interface Lane {
  /** Errors as with Database. One that gets no answer in `timeoutMs` is given up, and the connection with it. */
  query<Row extends object>(statement: Statement, values: readonly unknown[], timeoutMs: number): Promise<Row[]>;
  /** Ends the connection after the answers that are due. */
  close(): void;
}

/** Connects at the first statement, and anew when the connection broke. `settings` are those of its session. */
export function createLane(config: ClientConfig, settings: Record<string, string>, runStatement: RunStatement): Lane {
  const options = Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
  let held: Promise<Client> | undefined;
  let closed = false;

  function connect(): Promise<Client> {
    const client = new Client({ ...config, options, pipeline: true });
    const connected = client.connect().then(
      () => client,
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

  return {
    async query<Row extends object>(statement: Statement, values: readonly unknown[], timeoutMs: number) {
      if (closed) throw toUnreachable(new Error('the lane is closed'));
      const using = (held ??= connect());
      const client = await using;
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
      void held?.then((client) => client.end()).catch(() => undefined);
    },
  };
}

import type { Pool, PoolClient } from 'pg';
import { DatabaseUnavailable } from '../errors';
import { asDatabaseError, toUnreachable } from './database-errors';
import type { RunStatement, Statement } from './prepared';

/** One connection that its owner keeps: nothing is asked of the pool for a statement. For who sends many, one after the other. */
export interface Lane {
  /** Errors as with Database. One that gets no answer in `timeoutMs` is given up, and the connection with it. */
  query<Row extends object>(statement: Statement, values: readonly unknown[], timeoutMs: number): Promise<Row[]>;
  close(): void;
}

/** Takes its connection from the pool at the first statement, and another when it broke. */
export function createLane(pool: Pool, runStatement: RunStatement): Lane {
  let held: PoolClient | undefined;

  function giveUp(client: PoolClient, broken: boolean): void {
    if (held !== client) return;
    held = undefined;
    client.release(broken);
  }

  async function connect(): Promise<PoolClient> {
    const client = await pool.connect().catch((error: unknown) => {
      throw toUnreachable(error);
    });
    // The server may end it while nothing is sent: then the next statement must not be the one that finds out.
    client.once('error', () => giveUp(client, true));
    client.once('end', () => giveUp(client, true));
    return (held = client);
  }

  return {
    async query<Row extends object>(statement: Statement, values: readonly unknown[], timeoutMs: number) {
      const client = held ?? (await connect());
      try {
        return (await runStatement(client, statement, { values, timeoutMs })) as Row[];
      } catch (error) {
        const failure = asDatabaseError(error);
        if (failure instanceof DatabaseUnavailable) giveUp(client, true);
        throw failure;
      }
    },
    close() {
      if (held) giveUp(held, false);
    },
  };
}

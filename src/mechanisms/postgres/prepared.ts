import { createHash } from 'node:crypto';
import { Query } from 'pg';
import type { ClientBase } from 'pg';
import { sqlStateOf } from './sql-state';

/** A statement that comes again and again: the server parses and plans it once a connection. */
export interface Statement {
  name: string;
  text: string;
}

/**
 * Runs a statement on a connection; gives up after `timeoutMs`, when that is said. `inTransaction`: it is never sent again, for what failed there is
 * rolled back, and the second time would come after that.
 */
export type RunStatement = (
  client: ClientBase,
  statement: Statement,
  options: { values: readonly unknown[]; timeoutMs?: number; inTransaction?: boolean },
) => Promise<object[]>;

/** "There is no such prepared statement", and "there is one already": a pooler between us and the server gave us another session. */
export const OTHER_SESSION = /^(26000|42P05)$/;
const NOT_THERE = '26000';
/** "Current transaction is aborted": a statement before this one failed. */
export const ABORTED = '25P02';
/** It failed before the server had prepared it: it was refused, a statement before it failed, or the connection did. */
const UNPREPARED = /^(|26000|25P02|42...)$/;

/**
 * Prepared statements need a session that stays the same. Behind a pooler that hands one out per transaction it does not: the first sign of that
 * (an error before anything ran) ends preparing for this pool, so nobody has to set anything.
 */
export function createPrepared(onGivenUp: () => void): RunStatement {
  let usable = true;
  const names = new Map<string, string>();
  const prepared = new WeakMap<ClientBase, Set<string>>();

  async function askPrepared(client: ClientBase, question: Question & { name: string }): Promise<object[]> {
    const had = prepared.get(client) ?? new Set();
    prepared.set(client, had);
    try {
      const rows = await ask(client, question);
      had.add(question.name);
      return rows;
    } catch (error) {
      const code = sqlStateOf(error);
      if (!UNPREPARED.test(code)) had.add(question.name);
      if (code !== NOT_THERE || had.has(question.name)) throw error;
      // It went out behind one that was to prepare it, and failed.
      throw Object.assign(new Error('a statement before this one failed', { cause: error }), { code: ABORTED });
    }
  }

  return async function runStatement(client, statement, { values, timeoutMs, inTransaction }) {
    const { text } = statement;
    if (!usable) return ask(client, { text, values, timeoutMs });
    const name = names.get(text) ?? nameOf(statement);
    names.set(text, name);
    try {
      return await askPrepared(client, { name, text, values, timeoutMs });
    } catch (error) {
      if (!OTHER_SESSION.test(sqlStateOf(error))) throw error;
      if (usable) onGivenUp();
      usable = false;
      if (inTransaction) throw error;
      return ask(client, { text, values, timeoutMs });
    }
  };
}

interface Question {
  name?: string;
  text: string;
  values: readonly unknown[];
  timeoutMs: number | undefined;
}

/** A query object of `pg`'s own: a configuration it would copy, property by property, which was half of its work before a statement goes out. */
async function ask(client: ClientBase, { name, text, values, timeoutMs }: Question): Promise<object[]> {
  try {
    return await new Promise<object[]>((resolve, reject) => {
      const query = new Query(text, values as unknown[], (error, result) =>
        error ? reject(error) : resolve(result.rows),
      );
      client.query(Object.assign(query, { name, query_timeout: timeoutMs }));
    });
  } catch (error) {
    if (error instanceof Error) Error.captureStackTrace(error); // as `pg` does: the stack was that of the socket
    throw error;
  }
}

/** With its text in it: in a session that another version of this program has used, a name must not mean that one's statement. */
function nameOf({ name, text }: Statement): string {
  return `${name}_${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}

import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import { PreparedQuery } from './prepared-query';
import { sqlStateOf } from './sql-state';

/** A statement that comes again and again: the server parses and plans it once a connection. */
export interface Statement {
  name: string;
  text: string;
}

/**
 * Runs a statement on a connection. `inTransaction`: it is never sent again, for what failed there is rolled back, and the second time would come
 * after that.
 */
export type RunStatement = (
  client: ClientBase,
  statement: Statement,
  options: { values: readonly unknown[]; inTransaction?: boolean },
) => Promise<object[]>;

/** "There is no such prepared statement", and "there is one already": a pooler between us and the server gave us another session. */
export const OTHER_SESSION = /^(26000|42P05)$/;

/**
 * Its rows are of other types than when it was prepared, since a migration changed the table: it was refused before it ran. Told by where the server says
 * so, for the text is in its language, and the code is that of much else.
 */
const isOutdated = (error: unknown): boolean =>
  (error as { routine?: string } | undefined)?.routine === 'RevalidateCachedQuery';

/**
 * Prepared statements need a session that stays the same. Behind a pooler that hands one out per transaction it does not: the first sign of that
 * (an error before anything ran) ends preparing for this pool, so nobody has to set anything.
 */
export function createPrepared(onGivenUp: () => void): RunStatement {
  let usable = true;
  const names = new Map<string, string>();
  let renewals = 0;

  return async function runStatement(client, statement, options): Promise<object[]> {
    const { text } = statement;
    if (usable) {
      let name = names.get(text);
      if (name === undefined) names.set(text, (name = nameOf(statement)));
      const query = new PreparedQuery(name, text, options.values);
      try {
        client.query(query);
        return await query.answer;
      } catch (error) {
        const failure = query.failureFor(error);
        if (isOutdated(failure)) {
          // By another name every connection prepares it anew. Of those that are refused at once the first gives it.
          if (names.get(text) === name) names.set(text, `${nameOf(statement)}_${++renewals}`);
          if (options.inTransaction) throw failure;
          return runStatement(client, statement, options);
        }
        if (!OTHER_SESSION.test(sqlStateOf(failure))) throw failure;
        if (usable) onGivenUp();
        usable = false;
        if (options.inTransaction) throw failure;
      }
    }
    return (await client.query<object, unknown[]>(text, [...options.values])).rows;
  };
}

/** With its text in it: in a session that another version of this program has used, a name must not mean that one's statement. */
function nameOf({ name, text }: Statement): string {
  return `${name}_${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}

import type { Database, Transaction } from '../postgres';

type Work<Result> = (tx: Transaction) => Promise<Result>;

/** Where a batch is written. */
export type BatchDatabase = Pick<Database, 'transaction' | 'prepared'>;

/**
 * Begins a transaction while `work` still reads what it is to write; the first transaction that the work asks for is that one. When it asks for none, it ends
 * unused. Only for work that is likely to write.
 */
export async function beginAhead<Result>(
  database: BatchDatabase,
  work: (database: BatchDatabase) => Promise<Result>,
): Promise<Result> {
  let give = (_write: Work<unknown>): void => undefined;
  const given = new Promise<Work<unknown>>((resolve) => (give = resolve));
  let begun: Promise<unknown> | undefined = database.transaction(async (tx) => (await given)(tx));
  begun.catch(() => undefined); // told to who uses it
  try {
    return await work({
      prepared: database.prepared,
      transaction<Written>(write: Work<Written>) {
        const outcome = begun ?? database.transaction(write);
        begun = undefined;
        give(write);
        return outcome as Promise<Written>;
      },
    });
  } finally {
    give(() => Promise.resolve());
  }
}

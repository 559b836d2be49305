import type { Queryable } from '../postgres';
import type { Projection } from './projection';

/*
 * The tables of a rebuild have the names of those that are read, in the schema `rebuild` (migration 0014, whose functions act for the serving role: it may not
 * make or drop tables).
 */

type Tables = Pick<Projection, 'tables'>;

/** Empty ones, with the keys of those that are read and no other index. */
export async function beginTables(tx: Queryable, { tables }: Tables): Promise<void> {
  await tx.query('select begin_rebuild($1)', [tables]);
}

/** The indexes that are missing, a statement each; those of a try before are kept. */
export async function indexTables(database: Queryable, { tables }: Tables): Promise<void> {
  for (let wasMissing = true; wasMissing;) {
    const [row] = await database.query<{ missing: boolean }>('select index_rebuild($1) as missing', [tables]);
    wasMissing = row?.missing ?? false;
  }
}

/** In the place of those that are read, when the transaction commits. From here on readers wait for it. */
export async function swapTables(tx: Queryable, { tables }: Tables): Promise<void> {
  await tx.query('select swap_rebuild($1)', [tables]);
}

/**
 * The same fold, into those tables and no others: where one is missing it fails, and does not write to the one that is read. It tells subscribers nothing: they
 * have heard it all.
 */
export function beside(projection: Projection, name: string): Projection {
  return {
    ...projection,
    name,
    async project(events, tx) {
      const [path] = await tx.query<{ before: string }>(`select current_setting('search_path') as before`);
      await searchIn(tx, 'rebuild');
      await projection.project(events, tx);
      await searchIn(tx, path!.before);
      return [];
    },
  };
}

const searchIn = (tx: Queryable, path: string) => tx.query(`select set_config('search_path', $1, true)`, [path]);

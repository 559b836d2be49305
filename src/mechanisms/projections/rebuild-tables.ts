import type { Database, Queryable } from '../postgres';
import type { Projection } from './projection';

/*
 * The tables of a rebuild have the names of those that are read, in the schema `medianest_rebuild` (migration 0014, whose functions act for the serving role: it may not
 * make or drop tables).
 */

type Tables = Pick<Projection, 'tables'>;

/** Empty ones, with the keys of those that are read and no other index. */
export async function beginTables(tx: Queryable, { tables }: Tables): Promise<void> {
  await tx.query('select begin_rebuild($1)', [tables]);
}

/** Of a table with a hundred million rows; no other statement may take as long. */
const INDEX_MS = 3_600_000;

/** The indexes that are missing, a statement each; those of a try before are kept. False: it was to go on no longer. */
export async function indexTables(database: Database, { tables }: Tables, goesOn: () => boolean): Promise<boolean> {
  const lane = database.lane({ answerMs: INDEX_MS });
  const ask = async (text: string, values: unknown[]) =>
    (await lane.query<{ missing?: boolean }>({ name: 'index_rebuild', text }, values))[0];
  try {
    await ask(`select set_config('statement_timeout', $1, false)`, [`${INDEX_MS}`]);
    while (goesOn()) {
      const row = await ask('select index_rebuild($1) as missing', [tables]);
      if (!row?.missing) return true;
    }
    return false;
  } finally {
    lane.close();
  }
}

/** Longer than PostgreSQL waits for a lock before it ends a vacuum of its own that holds it: `deadlock_timeout`, a second. */
const VACUUM_PATIENCE_MS = 2_000;

/**
 * Waits until no vacuum is at these tables, which the swap has no time for: nobody else waits meanwhile, neither for it nor behind it. Fails as a lock does that is not available,
 * when somebody has one done that takes longer.
 */
export async function waitForVacuum(tx: Queryable, { tables }: Tables): Promise<void> {
  const all = ['medianest_rebuild', 'public'].flatMap((place) => tables.map((name) => `${place}.${name}`));
  await tx.query(`select set_config('lock_timeout', '${VACUUM_PATIENCE_MS}', true)`);
  await tx.query(`lock table ${all.join(', ')} in share update exclusive mode`);
}

/**
 * In the place of those that are read, when the transaction commits. From here on readers wait for it. It waits no longer than that for whoever uses these
 * tables, and fails then.
 */
export async function swapTables(tx: Queryable, { tables }: Tables, patienceMs: number): Promise<void> {
  await tx.query('select swap_rebuild($1, $2)', [tables, patienceMs]);
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
      tx.send('set local search_path = medianest_rebuild');
      await projection.project(events, tx, { isSilent: true });
      tx.send('set local search_path = default'); // what its session began with
      return [];
    },
  };
}

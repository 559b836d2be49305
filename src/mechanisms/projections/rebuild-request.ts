import type { Queryable } from '../postgres';
import { leaseOf } from './checkpoint';
import type { Projection } from './projection';

type Named = Pick<Projection, 'name' | 'version'>;

/** A rebuild is a projection of its own beside the one that is read, with a checkpoint of its own. */
export const rebuildOf = (name: string): string => `rebuild:${name}`;

/** How far a rebuild is. */
export interface Rebuild {
  position: bigint;
  /** From 0 to 1: of the way to where the rows stand that are read. */
  share: number;
  /** The event that it cannot take; it stands still until it is requested again, or told to try again. */
  error: string | null;
}

export interface StoredRebuild {
  position: string;
  target: string;
  error: string | null;
}

/** Of the row `it` of a projection. A bigint in json would lose its last digits. */
export const rebuildColumn = (it: string): string =>
  `(select json_build_object('position', aside.position::text, 'target', ${it}.position::text, 'error', aside.error)
    from projection_checkpoint as aside where aside.name = '${rebuildOf('')}' || ${it}.name)`;

export function toRebuild({ position, target, error }: StoredRebuild): Rebuild {
  const share = BigInt(target) === 0n ? 0 : Math.min(1, Number(position) / Number(target));
  return { position: BigInt(position), share, error };
}

/**
 * Wants the rows of a projection made anew, as the version of this program makes them: whoever leads sees it within a second. One that is under way goes on,
 * one that stopped begins again, and so does one for another version: of a newer one only where none of its processes works on it, as when that program was
 * taken back. False: there are no rows yet.
 */
export async function requestRebuild(database: Queryable, { name, version }: Named): Promise<boolean> {
  const live = await database.query(
    `with live as (select store_id from projection_checkpoint where name = $1),
     wanted as (
       insert into projection_checkpoint as aside (name, version, position, store_id, epoch, state)
       select $2, $3, 0, store_id, 0, 'CATCHING_UP' from live
       on conflict (name) do update set version = excluded.version, position = 0, state = excluded.state, error = null
       where aside.version < excluded.version or aside.version = excluded.version and aside.state = 'STOPPED'
         or aside.version > excluded.version
           and not exists (select from lease where lease.name = $4 and expires_at > clock_timestamp())
     )
     select from live`,
    [name, rebuildOf(name), version, leaseOf({ name: rebuildOf(name) })],
  );
  return live.length > 0;
}

/** Null: none is wanted. */
export async function readRebuild(database: Queryable, name: string): Promise<Rebuild | null> {
  const [row] = await database.query<{ rebuild: StoredRebuild | null }>(
    `select ${rebuildColumn('it')} as rebuild from projection_checkpoint as it where name = $1`,
    [name],
  );
  return row?.rebuild ? toRebuild(row.rebuild) : null;
}

/** Which of these are wanted anew and do not stand still; not those that a newer program wants. */
export async function wantedRebuilds<Wanted extends Named>(
  database: Queryable,
  projections: readonly Wanted[],
): Promise<Wanted[]> {
  const rows = await database.query<Named>(
    `select name, version from projection_checkpoint where name = any($1) and state <> 'STOPPED'`,
    [projections.map(({ name }) => rebuildOf(name))],
  );
  const wanted = new Map(rows.map(({ name, version }) => [name, version]));
  return projections.filter(({ name, version }) => (wanted.get(rebuildOf(name)) ?? Infinity) <= version);
}

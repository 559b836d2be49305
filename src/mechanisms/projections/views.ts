import { setTimeout as pause } from 'node:timers/promises';
import { StaleRead } from '../errors';
import type { EventStore } from '../event-store';
import type { Queryable, ReadDatabase } from '../postgres';
import type { Projection, ProjectionState } from './projection';

/** The tables of one projection, to read: at a replica where there is one. */
export interface View extends Queryable {
  /**
   * With `atLeast` the rows are as of that position or later: the statement itself tells how far the projection was in the snapshot that it read.
   * A place that is not there yet is waited for, then the primary is asked. Throws StaleRead when that is behind too; at once where the
   * projection stands still, stopped or with rows of another version, and then the error says so.
   */
  query<Row extends object>(sql: string, values?: readonly unknown[], atLeast?: bigint): Promise<Row[]>;
}

/** The view of a projection, by its name. */
export type Views = (projection: string) => View;

export interface ViewsParts {
  reads: ReadDatabase;
  store: Pick<EventStore, 'storeId'>;
  projections: readonly Pick<Projection, 'name' | 'version'>[];
  /** How long a replica is waited for. */
  patienceMs: number;
}

interface Statement {
  sql: string;
  values: readonly unknown[];
}

interface Checkpoint {
  'its position': string | null;
  'its store': string | null;
  'its version': number | null;
  'its state': ProjectionState | null;
}

/** Steps of waiting: a replica is behind by milliseconds as a rule. */
const STEP_MS = { first: 1, growth: 1.5, most: 20 };
/** Tells the checkpoint alone. */
const NOTHING: Statement = { sql: 'select where false', values: [] };

export function createViews({ reads, store, projections, patienceMs }: ViewsParts): Views {
  return function viewOf(name) {
    const projection = projections.find((one) => one.name === name);
    if (!projection) throw new Error(`there is no projection "${name}"`);
    const standsStill = ({ 'its state': state, 'its version': version }: Checkpoint): boolean =>
      state === 'STOPPED' || (version !== null && version !== projection.version);

    return {
      async query<Row extends object>(sql: string, values: readonly unknown[] = [], atLeast?: bigint): Promise<Row[]> {
        if (atLeast === undefined) return reads.query<Row>(sql, values);
        const deadline = Date.now() + patienceMs;
        const ask = (place: Queryable, statement: Statement) => withCheckpoint<Row>(place, name, statement);
        const isFresh = (checkpoint: Checkpoint): boolean =>
          checkpoint['its store'] === store.storeId && BigInt(checkpoint['its position'] ?? 0) >= atLeast;

        /** Null: the rows are too old there, and stay so. */
        async function patiently(place: Queryable): Promise<Row[] | null> {
          let { checkpoint, rows } = await ask(place, { sql, values });
          for (let step = STEP_MS.first; !isFresh(checkpoint); step = Math.min(step * STEP_MS.growth, STEP_MS.most)) {
            const left = deadline - Date.now();
            if (standsStill(checkpoint) || left <= 0) return null;
            await pause(Math.min(step, left));
            ({ checkpoint, rows } = await ask(place, NOTHING));
            if (isFresh(checkpoint)) ({ checkpoint, rows } = await ask(place, { sql, values }));
          }
          return rows;
        }

        const found = await reads.read(patiently);
        if (found) return found;
        const { checkpoint, rows } = await ask(reads.primary, { sql, values });
        if (isFresh(checkpoint)) return rows;
        throw new StaleRead(`${name} did not reach that position in time`, standsStill(checkpoint));
      },
    };
  };
}

/** One snapshot for both. The order of the rows is kept: a nested loop is the only plan for a join without a condition. */
async function withCheckpoint<Row extends object>(
  place: Queryable,
  name: string,
  { sql, values }: Statement,
): Promise<{ checkpoint: Checkpoint; rows: Row[] }> {
  const given = values.length;
  const joined = await place.query<Checkpoint & { 'is a row': true | null }>(
    `select it.position as "its position", it.store_id as "its store", it.version as "its version", it.state as "its state", asked.*
     from (select 1) as always
     left join projection_checkpoint as it on it.name = $${given + 1}
     left join lateral (select true as "is a row", rows.* from (${sql}) as rows) as asked on true`,
    [...values, name],
  );
  return { checkpoint: joined[0]!, rows: joined.filter((row) => row['is a row']) as unknown as Row[] };
}

import { setTimeout as pause } from 'node:timers/promises';
import { StaleRead } from '../errors';
import type { EventStore } from '../event-store';
import type { Place, ReadDatabase, Statement } from '../postgres';
import type { Projection } from './projection';

/** The tables of one projection, to read: at a replica where there is one. */
export interface View extends Place {
  /**
   * With `atLeast` the rows are as of that position or later: the statement itself tells how far the projection was in the snapshot that it read.
   * A place that is not there yet is waited for, if it is not far behind, then the primary is asked. Throws StaleRead when that is behind too; at once where the
   * projection stands still, stopped or with rows of another version, and then the error says so.
   */
  query<Row extends object>(sql: string, values?: readonly unknown[], atLeast?: bigint): Promise<Row[]>;
  /** As `query`, for a statement that comes again and again. */
  prepared<Row extends object>(statement: Statement, values?: readonly unknown[], atLeast?: bigint): Promise<Row[]>;
}

/** The view of a projection, by its name. */
export type Views = (projection: string) => View;

export interface ViewsParts {
  reads: ReadDatabase;
  store: Pick<EventStore, 'storeId'>;
  projections: readonly Pick<Projection, 'name' | 'version'>[];
  /** How long a place is waited for. */
  patienceMs: number;
}

/** What a place has; without rows where it is not fresh. */
interface Found<Row> {
  isFresh: boolean;
  standsStill: boolean;
  rows: Row[];
}

/** Steps of waiting: a replica is behind by milliseconds as a rule. */
const STEP_MS = { first: 1, growth: 1.5, most: 20 };

/** What is known to be behind by so much of the patience is not waited for: else each read of an operation would wait for it, one after the other. */
const HOPELESS = 0.5;

export function createViews({ reads, store, projections, patienceMs }: ViewsParts): Views {
  return function viewOf(name) {
    const projection = projections.find((one) => one.name === name);
    if (!projection) throw new Error(`there is no projection "${name}"`);

    async function fresh<Row>(ask: (place: Place) => Promise<Found<Row>>): Promise<Row[]> {
      const deadline = Date.now() + patienceMs;
      async function patiently(place: Place, lagMs = 0): Promise<Found<Row>> {
        const waitsUntil = lagMs < patienceMs * HOPELESS ? deadline : 0;
        for (let step = STEP_MS.first; ; step = Math.min(step * STEP_MS.growth, STEP_MS.most)) {
          const found = await ask(place);
          const left = waitsUntil - Date.now();
          if (found.isFresh || found.standsStill || left <= 0) return found;
          await pause(Math.min(step, left));
        }
      }
      const there = await reads.read(patiently);
      if (there.isFresh) return there.rows;
      const { isFresh, standsStill, rows } = await patiently(reads.primary);
      if (isFresh) return rows;
      throw new StaleRead(`${name} did not reach that position in time`, standsStill);
    }

    const wanted = (atLeast: bigint) => [name, projection.version, store.storeId, atLeast];
    return {
      async query<Row extends object>(sql: string, values: readonly unknown[] = [], atLeast?: bigint): Promise<Row[]> {
        if (atLeast === undefined) return reads.query<Row>(sql, values);
        const text = whereFresh(sql, values.length);
        return fresh(async (place) => toFound<Row>(await place.query(text, [...values, ...wanted(atLeast)])));
      },
      async prepared<Row extends object>(
        statement: Statement,
        values: readonly unknown[] = [],
        atLeast?: bigint,
      ): Promise<Row[]> {
        if (atLeast === undefined) return reads.prepared<Row>(statement, values);
        const waiting = { name: `fresh_${statement.name}`, text: whereFresh(statement.text, values.length) };
        return fresh(async (place) => toFound<Row>(await place.prepared(waiting, [...values, ...wanted(atLeast)])));
      },
    };
  };
}

/**
 * The checkpoint of a projection and, where that is far enough, the rows: one snapshot for both. Their order is kept: a nested loop is the only plan for
 * a join without a condition. `offset 0` keeps the planner from reading rows that are too old before it sees that.
 */
function whereFresh(sql: string, given: number): string {
  const [name, version, storeId, position] = [1, 2, 3, 4].map((n) => `$${given + n}`);
  return `select its."is fresh", its."stands still", asked.*
    from (
      select store_id = ${storeId} and position >= ${position} as "is fresh", state = 'STOPPED' or version <> ${version} as "stands still"
      from projection_checkpoint where name = ${name}
    ) as its
    left join lateral (select true as "is a row", rows.* from (${sql}) as rows where its."is fresh" offset 0) as asked on true`;
}

interface Joined {
  'is fresh': boolean;
  'stands still': boolean;
  'is a row': true | null;
}

/** A projection that never ran has no checkpoint. */
function toFound<Row>(joined: Joined[]): Found<Row> {
  const { 'is fresh': isFresh = false, 'stands still': standsStill = false } = joined[0] ?? {};
  return { isFresh, standsStill, rows: joined.filter((row) => row['is a row']) as unknown as Row[] };
}

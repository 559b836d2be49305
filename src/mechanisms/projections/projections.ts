import { setTimeout as pause } from 'node:timers/promises';
import type { EventStore } from '../event-store';
import type { Queryable } from '../postgres';
import type { ParkedStream, StoredParkedStreams } from './parked-streams';
import { inOrder, toParkedStreams } from './parked-streams';
import type { Projection, ProjectionState } from './projection';
import type { Rebuild, StoredRebuild } from './rebuild-request';
import { rebuildColumn, toRebuild } from './rebuild-request';

export interface ProjectionStatus {
  name: string;
  /** Of the rows that are read. */
  version: number;
  position: bigint;
  /** REBUILDING: its rows are of an older version and stand still until those of this one are made. */
  state: ProjectionState | 'REBUILDING';
  /** Age of the oldest event that it has not seen; 0 when it has seen all, null when that cannot be told. */
  lagMs: number | null;
  /** Why it stopped. One that a newer program made is stopped for this one. */
  error: string | null;
  /** In the order of the log. */
  parkedStreams: ParkedStream[];
  /** Rows that are made anew beside those that are read; null: none are. */
  rebuild: Rebuild | null;
}

/** How the projections stand, by their checkpoint rows: any process can tell. */
export interface Projections {
  list(): Promise<ProjectionStatus[]>;
  /** True as soon as the projection stands at or beyond the position; false when time is up, or at once when it stands still. */
  waitFor(name: string, position: bigint, timeoutMs: number): Promise<boolean>;
}

export interface ProjectionsParts {
  database: Queryable;
  store: EventStore;
  projections: readonly Pick<Projection, 'name' | 'version'>[];
}

interface CheckpointRow {
  name: string;
  version: number;
  position: string;
  store_id: string | null;
  state: ProjectionStatus['state'];
  error: string | null;
  parked: StoredParkedStreams;
  rebuild: StoredRebuild | null;
}

/** Steps of waiting: a projection is behind by milliseconds as a rule. */
const STEP_MS = { first: 2, most: 50 };

export function createProjections({ database, store, projections }: ProjectionsParts): Projections {
  const rows = (wanted: ProjectionsParts['projections']): Promise<CheckpointRow[]> =>
    database.query<CheckpointRow>(
      `select name, coalesce(it.version, wanted.version) as version, coalesce(it.position, 0) as position, it.store_id,
         case when it.version > wanted.version
           then 'it is of version ' || it.version || ', a newer program''s: run that one, or have its rows made anew'
           else it.error end as error,
         case when it.version < wanted.version then 'REBUILDING' when it.version > wanted.version then 'STOPPED'
           else coalesce(it.state, 'CATCHING_UP') end as state,
         coalesce(it.parked, '{}') as parked, ${rebuildColumn('it')} as rebuild
       from unnest($1::text[], $2::int[]) with ordinality as wanted (name, version, place)
       left join projection_checkpoint as it using (name) order by place`,
      [wanted.map(({ name }) => name), wanted.map(({ version }) => version)],
    );
  return {
    async list() {
      const checkpoints = await rows(projections);
      return Promise.all(
        checkpoints.map(async ({ store_id: storeId, parked, rebuild, ...row }) => {
          const position = BigInt(row.position);
          const lagMs = (storeId ?? store.storeId) === store.storeId ? await lagBehind(store, position) : null;
          const parkedStreams = inOrder(toParkedStreams(parked));
          return { ...row, position, lagMs, parkedStreams, rebuild: rebuild && toRebuild(rebuild) };
        }),
      );
    },
    async waitFor(name, position, timeoutMs) {
      const deadline = Date.now() + timeoutMs;
      const wanted = projections.filter((projection) => projection.name === name);
      for (let step = STEP_MS.first; ; step = Math.min(step * 2, STEP_MS.most)) {
        const [row] = await rows(wanted);
        if (!row) throw new Error(`there is no projection "${name}"`);
        if (row.store_id === store.storeId && BigInt(row.position) >= position) return true;
        const left = deadline - Date.now();
        if (row.state === 'STOPPED' || row.state === 'REBUILDING' || left <= 0) return false;
        await pause(Math.min(step, left));
      }
    },
  };
}

async function lagBehind(store: EventStore, position: bigint): Promise<number | null> {
  try {
    const [next] = await store.readAll(position, 1);
    return next ? Math.max(0, Date.now() - next.recordedAt.getTime()) : 0;
  } catch {
    return null;
  }
}

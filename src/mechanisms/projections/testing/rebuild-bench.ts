import type { Queryable } from '../../postgres';
import { until } from '../../pubsub/testing';
import type { Projection, ProjectionStatus } from '..';
import { readRebuild } from '..';
import type { ProjectionBench } from '../testing';
import { fact, upTo, useProjectionBench } from '../testing';

type Look = (data: { poison?: boolean; late?: boolean }, tx: Queryable) => Promise<void> | void;

/** One row an event it has seen, which says which version of it made the row; one entry of the feed each. */
export const numbering = (version = 1, look: Look = () => undefined): Projection => ({
  name: 'numbered',
  version,
  handles: ['Counted'],
  tables: ['numbered', 'numbered_sum'],
  async project(events, tx) {
    const positions = events.map(({ globalPosition }) => globalPosition);
    await tx.query('insert into numbered select unnest($1::bigint[]), $2', [positions, version]);
    await tx.query(
      'insert into numbered_sum as it values (1, $1) on conflict (one) do update set rows = it.rows + excluded.rows',
      [positions.length],
    );
    for (const { data } of events) await look(data, tx);
    return positions.map((position) => ({ position, kind: 'count', subjects: [], payload: {} }));
  },
});

/** In the tables that are read, or beside them. */
export async function isBeside(tx: Queryable): Promise<boolean> {
  const [row] = await tx.query<{ place: string }>('select current_schema() as place');
  return row?.place === 'medianest_rebuild';
}

/** Holds those up who come to it, until it is opened. */
export function createGate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const gate = { waiting: 0, open, pass: () => ((gate.waiting += 1), opened) };
  return gate;
}

export interface RebuildBench extends Pick<ProjectionBench, 'append' | 'start' | 'stopAll'> {
  readonly bench: ProjectionBench;
  appendFacts(count: number): Promise<unknown>;
  statusOf(version?: number): Promise<ProjectionStatus>;
  stands(position: bigint, version?: number): Promise<unknown>;
  isDone(): Promise<unknown>;
  /** Positions, and the version that made the row. */
  rows(): Promise<number[][]>;
  /** Positions that subscribers hear of. */
  told(): Promise<number[]>;
  /** A hole that only rows made anew do not have. */
  losesARow(): Promise<unknown>;
}

/** The bench of projections, with the tables of `numbering`. */
export function useRebuildBench(): RebuildBench {
  const bench = useProjectionBench();
  const { append, start, stopAll } = bench;
  const statusOf = async (version = 1) => (await bench.statuses([{ name: 'numbered', version }]))[0]!;
  beforeAll(async () => {
    await bench.owner().query(`
      create table numbered (position bigint primary key, made_by int not null) with (fillfactor = 90);
      create index numbered_made_by on numbered (made_by) where made_by > 0;
      create table numbered_sum (one int primary key, rows bigint not null);
      grant select, insert, update, delete on numbered, numbered_sum to medianest_app`);
  });
  afterEach(() => bench.owner().query('truncate numbered, numbered_sum'));
  return {
    bench,
    append,
    start,
    stopAll,
    statusOf,
    appendFacts: (count) => append(...upTo(count).map(() => fact('Counted'))),
    stands: (position, version) => until(async () => (await statusOf(version)).position === position),
    isDone: () => until(async () => (await readRebuild(bench.database(), 'numbered')) === null),
    async rows() {
      const sql = 'select position, made_by from numbered order by position';
      const found = await bench.database().query<{ position: string; made_by: number }>(sql);
      return found.map(({ position, made_by: madeBy }) => [Number(position), madeBy]);
    },
    told: () => bench.rows('numbered', 'change_feed'),
    losesARow: () => bench.owner().query('delete from numbered where position = 3'),
  };
}

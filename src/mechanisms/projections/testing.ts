import { randomUUID } from 'node:crypto';
import { createFeedWriter } from '../change-feed';
import { UnreadableEvent } from '../errors';
import type { EventCodecs, EventStore, NewEvent } from '../event-store';
import { createMemoryEventStore } from '../event-store/testing';
import type { Leases } from '../leases';
import { createLeases } from '../leases';
import { createLogger } from '../observability';
import type { TestDatabase } from '../postgres/testing';
import { createTestDatabase } from '../postgres/testing';
import type { WakeUp } from '../pubsub';
import { createInProcessWakeUp } from '../pubsub';
import { until } from '../pubsub/testing';
import type { Projection, ProjectionEngine, Projections, ProjectionStatus } from '.';
import { createProjectionEngine, createProjections } from '.';

export interface EngineOptions {
  holder?: string;
  leaseMs?: number;
  pollMs?: number;
  wakeUp?: WakeUp;
}

export interface ProjectionBench {
  /** The memory twin, empty for each test; a test may put another in its place. */
  store: EventStore;
  database(): TestDatabase['database'];
  owner(): TestDatabase['owner'];
  /** Lines that engines logged at `warn` and above. */
  logged(): string;
  append(...events: NewEvent[]): Promise<unknown>;
  start(projections: Projection[], options?: EngineOptions): ProjectionEngine;
  stopAll(): Promise<void>;
  projections(): Projections;
  statuses(projections: Pick<Projection, 'name' | 'version'>[]): Promise<ProjectionStatus[]>;
  /** Of one of version 1. */
  status(name?: string): Promise<ProjectionStatus>;
  stands(position: bigint, name?: string): Promise<unknown>;
  /** Positions of what `counting` wrote. */
  rows(name?: string, table?: 'counted' | 'change_feed'): Promise<number[]>;
}

/** Knows all types but one. */
export const UNKNOWN_TYPE = 'Unheard';
const codecs: Pick<EventCodecs, 'requireKnown'> = {
  requireKnown({ type }) {
    if (type === UNKNOWN_TYPE) throw new UnreadableEvent(`no codec knows ${type}`);
  },
};

const NEVER_POLLS = 2 ** 30;

export const fact = (type: string, data: object = {}): NewEvent => ({
  type,
  data,
  eventId: randomUUID(),
  schemaVersion: 1,
  metadata: {
    occurredAt: new Date().toISOString(),
    actor: { kind: 'USER', id: 'usr_1' },
    correlationId: 'correlation',
    commandId: randomUUID(),
  },
});

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** Counts the events it has seen: one row each, and one entry of the feed. `look` sees their data after the rows were written. */
export const counting = (
  name = 'counted',
  look: (data: object) => Promise<void> | void = () => undefined,
): Projection => ({
  name,
  version: 1,
  handles: ['Counted'],
  tables: ['counted'],
  async project(events, tx) {
    const positions = events.map(({ globalPosition }) => globalPosition);
    await tx.query('insert into counted (projection, position) select $1, unnest($2::bigint[])', [name, positions]);
    for (const { data } of events) await look(data);
    return positions.map((position) => ({ position, kind: 'count', subjects: [], payload: {} }));
  },
});

/** A database for the tests of a file; every test begins with nothing, and its engines are stopped after it. */
export function useProjectionBench(): ProjectionBench {
  let test: TestDatabase;
  let open: { engine: ProjectionEngine; leases: Leases }[] = [];
  let lines: string[] = [];
  const log = createLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } });
  const projectionsOf = (...projections: Pick<Projection, 'name' | 'version'>[]) =>
    createProjections({ database: test.database, store: bench.store, projections });

  const bench: ProjectionBench = {
    store: createMemoryEventStore(),
    database: () => test.database,
    owner: () => test.owner,
    logged: () => lines.join(''),
    append: (...events) => bench.store.append('test-1', 'any', events),
    start(projections, options = {}) {
      const { holder = 'a', leaseMs = 60_000, pollMs = NEVER_POLLS, wakeUp = createInProcessWakeUp() } = options;
      const { database } = test;
      const leases = createLeases({ database, holder, leaseMs, log });
      const feed = createFeedWriter(test);
      const { store } = bench;
      const engine = createProjectionEngine({
        database,
        store,
        codecs,
        projections,
        feed,
        wakeUp,
        leases,
        log,
        pollMs,
      });
      engine.start();
      open.push({ engine, leases });
      return engine;
    },
    async stopAll() {
      await Promise.all(open.map(({ engine }) => engine.stop()));
      await Promise.all(open.map(({ leases }) => leases.close()));
      open = [];
    },
    projections: () => projectionsOf({ name: 'counted', version: 1 }),
    statuses: (projections) => projectionsOf(...projections).list(),
    async status(name = 'counted') {
      const [found] = await bench.statuses([{ name, version: 1 }]);
      if (!found) throw new Error(`no status of ${name}`);
      return found;
    },
    stands: (position, name) => until(async () => (await bench.status(name)).position === position),
    async rows(name = 'counted', table = 'counted') {
      const found = await test.database.query<{ position: string }>(
        `select position from ${table} where projection = $1 order by position`,
        [name],
      );
      return found.map(({ position }) => Number(position));
    },
  };

  beforeAll(async () => {
    test = await createTestDatabase();
    await test.owner.query(
      'create table counted (projection text, position bigint, primary key (projection, position))',
    );
    await test.owner.query('grant select, insert, delete on counted to medianest_app');
  });
  beforeEach(() => {
    bench.store = createMemoryEventStore();
    lines = [];
  });
  afterEach(async () => {
    await bench.stopAll();
    await test.owner.query('truncate counted, change_feed, feed_mark, projection_checkpoint, lease');
  });
  afterAll(() => test.drop());
  return bench;
}

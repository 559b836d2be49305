import type { Leadership, LeadershipParts } from './leadership';
import { createLeadership } from './leadership';
import type { Projection } from './projection';
import type { Rebuilder } from './rebuilder';
import { startRebuilder } from './rebuilder';
import { coalesceReads } from './coalesced-reads';

export interface ProjectionEngineParts extends Omit<LeadershipParts, 'projection' | 'pollMs'> {
  projections: readonly Projection[];
  /** How long a lost hint of the store can delay. */
  pollMs?: number;
}

/** Keeps every projection going, and rebuilds those that somebody wants anew: as its leader, or waiting to become it. Its database is the primary. */
export interface ProjectionEngine {
  start(): void;
  /** Resolves when what was being written is committed or rolled back, and the leases are given back. */
  stop(): Promise<void>;
}

/** Somebody may wait for a row, nobody for a job: rows go first, and the jobs of several appends together. */
const HEAD_START_MS = 10;

export function createProjectionEngine({
  projections,
  pollMs = 250,
  ...parts
}: ProjectionEngineParts): ProjectionEngine {
  let leaderships: Leadership[] = [];
  let rebuilder: Rebuilder | undefined;
  let unlisten = (): void => undefined;
  let later: NodeJS.Timeout | undefined;
  const store = coalesceReads(parts.store);
  const lead = (some: readonly Projection[]) =>
    some.map((projection) => createLeadership({ ...parts, store, projection, pollMs }));
  return {
    start() {
      rebuilder = startRebuilder({ ...parts, projections });
      const views = lead(projections.filter(({ tables }) => tables.length > 0));
      const reactors = lead(projections.filter(({ tables }) => tables.length === 0));
      leaderships = [...views, ...reactors];
      unlisten = store.onAppended(() => {
        for (const view of views) view.look();
        later ??= setTimeout(() => {
          later = undefined;
          for (const reactor of reactors) reactor.look();
        }, HEAD_START_MS);
      });
    },
    async stop() {
      unlisten();
      clearTimeout(later);
      later = undefined;
      await Promise.all([rebuilder?.stop(), ...leaderships.map((leadership) => leadership.stop())]);
    },
  };
}

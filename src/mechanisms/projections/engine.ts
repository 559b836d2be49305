import type { Leadership, LeadershipParts } from './leadership';
import { createLeadership } from './leadership';
import type { Projection } from './projection';
import type { Rebuilder } from './rebuilder';
import { startRebuilder } from './rebuilder';

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

export function createProjectionEngine({
  projections,
  pollMs = 250,
  ...parts
}: ProjectionEngineParts): ProjectionEngine {
  let leaderships: Leadership[] = [];
  let rebuilder: Rebuilder | undefined;
  let unlisten = (): void => undefined;
  return {
    start() {
      rebuilder = startRebuilder({ ...parts, projections });
      leaderships = projections.map((projection) => createLeadership({ ...parts, projection, pollMs }));
      unlisten = parts.store.onAppended(() => {
        for (const leadership of leaderships) leadership.look();
      });
    },
    async stop() {
      unlisten();
      await Promise.all([rebuilder?.stop(), ...leaderships.map((leadership) => leadership.stop())]);
    },
  };
}

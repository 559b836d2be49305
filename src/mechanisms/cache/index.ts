import type { RedisConnections } from '../redis';
import type { Cache, ReadFacts, ReadOutcome } from './cache';
import { createLayers } from './layers';
import { createScopedCache } from './reading';
import type { ReadingParts } from './reading';

export type { Cache, Cached, CacheScope, ReadOutcome, ScopedCache } from './cache';
export { createSingleFlight } from './single-flight';

export interface CacheOptions {
  /** With it all processes share what is kept, and hear what is forgotten. */
  redis?: RedisConnections;
  clock: () => Date;
  /** For counting. */
  onRead?(outcome: ReadOutcome, of: ReadFacts): void;
  patienceMs?: number;
}

const PATIENCE_MS = 1_500;

/** What upstreams said, kept: asked once for all who want it at the same time, and told as stale while the upstream is away. */
export function createCache({ redis, clock, onRead = () => undefined, patienceMs = PATIENCE_MS }: CacheOptions): Cache {
  const layers = createLayers(redis);
  const parts: ReadingParts = { layers, flights: new Map(), patienceMs, clock, onRead };
  return {
    scope: (scope) => createScopedCache(parts, scope),
    close: () => layers.close(),
  };
}

import type { ReadOutcome } from '.';
import { createCache } from '.';
import { describeCache, PATIENCE_MS } from './cache.contract';

describeCache('a cache in memory', async () => {
  const outcomes: ReadOutcome[] = [];
  const cache = createCache({
    clock: () => new Date(),
    patienceMs: PATIENCE_MS,
    onRead: (outcome) => outcomes.push(outcome),
  });
  return { cache, outcomes };
});

import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisDriver } from 'bentocache/drivers/redis';
import type { RedisConnections } from '../redis';
import { createJsonOnce } from './json-once';
import { createRedisBus } from './redis-bus';

/** What is kept under a key: null for what was asked for and is not there. */
export interface Held {
  value: unknown;
  observedAt: number;
}

/** Where values are kept: in memory, and with Redis behind it for all processes. */
export interface Layers {
  /** Undefined when there is none, when its time is over, or when one of its tags was forgotten since. */
  good(key: string): Promise<Held | undefined>;
  /** Whatever is there, however old. */
  any(key: string): Promise<Held | undefined>;
  put(key: string, held: Held, options: { ttlMs: number; tags: readonly string[] }): Promise<void>;
  forget(tags: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** How long an answer is kept for the time when its upstream is away. */
const GRACE_MS = 7 * 24 * 3_600_000;
const MEMORY_BYTES = 64 * 1024 * 1024;
const MEMORY_ENTRIES = 20_000;

/** While Redis is away it is not asked again for so long. */
const REDIS_REST_MS = 5_000;

export function createLayers(redis: RedisConnections | undefined): Layers {
  const store = bentostore().useL1Layer(memoryDriver({ maxSize: MEMORY_BYTES, maxItems: MEMORY_ENTRIES }));
  const bus = redis && createRedisBus(redis);
  if (redis && bus) store.useL2Layer(redisDriver({ connection: redis.commands })).useBus(bus.driver);
  const bento = new BentoCache({
    default: 'cache',
    stores: { cache: store },
    prefix: `${redis?.prefix ?? ''}cache`,
    grace: GRACE_MS,
    serializer: createJsonOnce(),
    l2CircuitBreakerDuration: REDIS_REST_MS,
  });
  const cache = bento.use();
  return {
    good: (key) => cache.get<Held | undefined>({ key, grace: false }),
    any: (key) => cache.get<Held | undefined>({ key }),
    async put(key, value, { ttlMs, tags }) {
      // Other processes keep theirs to its end, as if they were alone: what must go sooner goes by its tag.
      await cache.set({ key, value, ttl: ttlMs, tags: [...tags], skipBusNotify: true });
    },
    async forget(tags) {
      await cache.deleteByTag({ tags: [...tags] });
    },
    close: async () => bus?.close(), // the connections are their opener's
  };
}

/** What bench/push.ts starts: one that projects, or one that listens and says when what arrived. */
import { randomUUID } from 'node:crypto';
import { createChangeFeed, createFeedWriter } from '../src/mechanisms/change-feed';
import { createPostgresEventStore } from '../src/mechanisms/event-store/postgres';
import { createLeases } from '../src/mechanisms/leases';
import { createLogger } from '../src/mechanisms/observability';
import { createDatabase } from '../src/mechanisms/postgres';
import type { Projection } from '../src/mechanisms/projections';
import { createProjectionEngine } from '../src/mechanisms/projections';
import { createInProcessWakeUp, createRedisWakeUp } from '../src/mechanisms/pubsub';
import { createRedisConnections } from '../src/mechanisms/redis';

export interface Received {
  key: string;
  at: number;
}
export const BARE_CHANNEL = 'bare';
/** Milliseconds, the same in all processes of a machine. */
export const now = (): number => performance.timeOrigin + performance.now();

const NAME = 'things';
const projection: Projection = {
  name: NAME,
  version: 1,
  handles: ['ThingHappened'],
  tables: ['service_view'], // a read model, which is woken before reactors; its rows are no part of this
  project: async (events) =>
    events.map(({ globalPosition: position }) => ({ position, kind: 'thing', subjects: [], payload: {} })),
};

async function main(role: string): Promise<void> {
  const log = createLogger({ level: 'error' });
  const database = createDatabase({ connection: process.env.BENCH_DATABASE ?? '', max: 5, applicationName: role, log });
  const store = await createPostgresEventStore({ database, log });
  const url = process.env.BENCH_REDIS;
  const redis = url ? createRedisConnections({ url, prefix: 'bench:', log }) : undefined;
  const wakeUp = redis ? createRedisWakeUp(redis) : createInProcessWakeUp();
  process.on('SIGTERM', () => process.exit(0));
  process.on('disconnect', () => process.exit(0));
  if (role === 'projector') {
    const leases = createLeases({ database, holder: randomUUID(), leaseMs: 2_000, log });
    const feed = createFeedWriter({ database });
    const parts = { database, store, codecs: { requireKnown: () => undefined }, feed, wakeUp, leases, log };
    createProjectionEngine({ ...parts, projections: [projection] }).start();
    await new Promise((resolve) => setTimeout(resolve, 3_000)); // it leads by now, whoever did before
    process.send?.('ready');
    return;
  }
  if (redis) {
    await redis.subscriber.subscribe(BARE_CHANNEL);
    redis.subscriber.on('message', (channel, key: string) => {
      if (channel === BARE_CHANNEL) process.send?.({ key, at: now() } satisfies Received);
    });
  }
  const subscription = createChangeFeed({ database, store, wakeUp, projections: [NAME], log }).subscribe({
    projection: NAME,
    kind: 'thing',
    after: await store.head(),
  });
  process.send?.('ready');
  for await (const { position } of subscription)
    process.send?.({ key: position.toString(), at: now() } satisfies Received);
}

if (require.main === module) void main(process.argv[2] ?? '');

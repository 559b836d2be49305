import { createCache } from '.';
import type { Cache, CacheScope, ReadOutcome } from '.';
import { until } from '../pubsub/testing';
import type { RedisConnections } from '../redis';
import { describeWithOwnRedis, describeWithRedis } from '../redis/testing';
import { createUpstream, describeCache, LONG, PATIENCE_MS } from './cache.contract';

const scope: CacheScope = { connection: 'plex', machine: 'm1', audience: 'PUBLIC' };

/** What one process has. */
function open(redis: RedisConnections, outcomes: ReadOutcome[] = []): Cache {
  const onRead = (outcome: ReadOutcome) => void outcomes.push(outcome);
  return createCache({ redis, clock: () => new Date(), patienceMs: PATIENCE_MS, onRead });
}
const ready = async (...all: RedisConnections[]) => {
  for (const { commands, subscriber } of all) {
    await until(() => commands.status === 'ready' && subscriber.status === 'ready');
  }
};
const reading =
  (cache: Cache, upstream: ReturnType<typeof createUpstream>, tags: string[] = []) =>
  async (id: string) =>
    (await cache.scope(scope).readMany({ kind: 'item', ids: [id], ttlMs: LONG, tags, load: upstream.load })).get(id);

describeWithRedis('with Redis', (redis) => {
  describeCache('a cache', async () => {
    const outcomes: ReadOutcome[] = [];
    const connections = redis.connect();
    await ready(connections);
    return { cache: open(connections, outcomes), outcomes };
  });

  it('what one process asked, the others know; what one forgets, all forget', async () => {
    const connections = [redis.connect(), redis.connect()] as const;
    await ready(...connections);
    const upstream = createUpstream();
    const caches = connections.map((one) => open(one));
    const [here, there] = caches.map((cache) => reading(cache, upstream, ['section 1']));
    expect(await here!('shared')).toMatchObject({ value: 'shared 1', stale: false });
    expect(await there!('shared')).toMatchObject({ value: 'shared 1', stale: false });

    await caches[0]!.scope(scope).forget(['section 1']);
    await until(async () => ((await there!('shared')) as { value: string }).value === 'shared 2');
    expect(await here!('shared')).toMatchObject({ value: 'shared 2' });
    await Promise.all(caches.map((cache) => cache.close()));
  });

  it('what another process has brought while one waits for its own is not stale', async () => {
    const connections = [redis.connect(), redis.connect()] as const;
    await ready(...connections);
    const [slow, quick] = [createUpstream(), createUpstream()];
    const [here, there] = [open(connections[0]), open(connections[1])];
    let answer = (): void => undefined;
    slow.does(() => new Promise<void>((resolve) => (answer = resolve)));
    const waiting = reading(here, slow)('late');
    await until(() => slow.calls.length === 1);
    expect(await reading(there, quick)('late')).toMatchObject({ value: 'late 1', stale: false });
    expect(await waiting).toMatchObject({ value: 'late 1', stale: false });
    answer();
    await Promise.all([here.close(), there.close()]);
  });
});

describeWithOwnRedis('while Redis is away', (redis) => {
  it('goes on with what it has, without waiting, and shares again when it is back', async () => {
    const connections = redis.connect();
    await ready(connections);
    const upstream = createUpstream();
    const cache = open(connections);
    const read = reading(cache, upstream, ['section 1']);
    expect(await read('a')).toMatchObject({ value: 'a 1' });

    await redis.stop();
    expect(await read('a')).toMatchObject({ value: 'a 1', stale: false });
    expect(await read('b')).toMatchObject({ value: 'b 2', stale: false });
    await cache.scope(scope).forget(['section 1']);
    expect(await read('a')).toMatchObject({ value: 'a 3', stale: false });

    await redis.start();
    await ready(connections);
    expect(await read('b')).toMatchObject({ value: expect.stringMatching(/^b [24]$/), stale: false });
    await cache.close();
  });
});

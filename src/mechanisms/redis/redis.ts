import type { RedisOptions } from 'ioredis';
import { Redis } from 'ioredis';
import type { Logger } from '../observability';

export interface RedisParts {
  /** `redis://…`, `rediss://…`, or `unix:///path/of.sock`. */
  url: string;
  /** What every key and channel of ours begins with: others may live on the same server. */
  prefix: string;
  log: Logger;
}

/** A Redis that may be away at any time: nothing here throws, waits for it or ends because of that. */
export interface RedisConnections {
  readonly prefix: string;
  /** For commands, shared by all. Each is answered or fails soon, at once while Redis is away; none is sent twice. */
  readonly commands: Redis;
  /** For SUBSCRIBE, which wants a connection of its own; what is asked for while Redis is away is asked for when it is back. */
  readonly subscriber: Redis;
  close(): Promise<void>;
}

const COMMAND_MS = 1_500;
/** A connection that was cut without a word is found by what is not answered on it. */
const SILENCE_MS = 5_000;
const HEARTBEAT_MS = 2_000;
const GOODBYE_MS = 500;

const COMMON: RedisOptions = {
  connectTimeout: 2_000,
  socketTimeout: SILENCE_MS,
  keepAlive: 10_000,
  retryStrategy: (times) => Math.min(times * 50, 1_000),
  connectionName: 'medianest',
  disableClientInfo: true,
};
/** Who counts or caches would rather go without than wait, and what was sent may have been done. */
const COMMANDS: RedisOptions = {
  ...COMMON,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  commandTimeout: COMMAND_MS,
};
/**
 * A ready check could be sent after a SUBSCRIBE, which the server then refuses. Subscriptions are renewed by who made them: what the library sends
 * of its own accord it does not wait for, and the failure of that would end the process. A command timeout would be such a failure.
 */
const SUBSCRIBER: RedisOptions = {
  ...COMMON,
  enableReadyCheck: false,
  autoResubscribe: false,
  maxRetriesPerRequest: null,
};

export function createRedisConnections({ url, prefix, log }: RedisParts): RedisConnections {
  const commands = new Redis(url, COMMANDS);
  const subscriber = new Redis(url, SUBSCRIBER);
  tellOutages(commands, log);
  subscriber.on('error', () => undefined); // the other connection tells
  const heartbeat = keepAlive(subscriber);
  return {
    prefix,
    commands,
    subscriber,
    async close() {
      clearInterval(heartbeat);
      await Promise.all([goodbye(commands), goodbye(subscriber)]);
    },
  };
}

/** Once when it goes, once when it comes. */
function tellOutages(redis: Redis, log: Logger): void {
  let away = false;
  redis.on('error', (error) => {
    if (!away) log.warn({ err: error }, 'Redis is away; going on without it');
    away = true;
  });
  redis.on('ready', () => {
    if (away) log.info('Redis is back');
    away = false;
  });
}

/** So that there is something to be answered. */
function keepAlive(redis: Redis): NodeJS.Timeout {
  return setInterval(() => {
    if (redis.status === 'ready') redis.ping().catch(() => undefined);
  }, HEARTBEAT_MS);
}

async function goodbye(redis: Redis): Promise<void> {
  if (redis.status === 'ready') {
    const late = new Promise((resolve) => setTimeout(resolve, GOODBYE_MS).unref());
    await Promise.race([redis.quit().catch(() => undefined), late]);
  }
  redis.disconnect();
}

import { Lagged } from '../errors';
import type { EventStore } from '../event-store';
import { formatPosition } from '../event-store';
import type { Logger } from '../observability';
import type { Database } from '../postgres';
import type { WakeUp } from '../pubsub';
import type { ChangeFeed, FeedItem, FeedSubscription } from './entry';
import type { FeedReader } from './feed-reader';
import { createFeedReader } from './feed-reader';
import { follow } from './follow';
import { createSubscriber } from './subscriber';

export interface ChangeFeedParts {
  /** The primary: a replica may lag behind the wake-up. */
  database: Pick<Database, 'query' | 'prepared'>;
  store: Pick<EventStore, 'storeId' | 'head'>;
  wakeUp: WakeUp;
  /** Names of the projections that write a feed. */
  projections: readonly string[];
  log: Logger;
  /** How long a lost wake-up can delay. */
  pollMs?: number;
  /** Items that may wait for a slow subscriber. */
  bufferLimit?: number;
}

/** A reader and its subscribers. The first one starts it, the last one stops it. */
interface Audience {
  reader: FeedReader;
  subscriptions: Set<() => void>;
}

export function createChangeFeed(parts: ChangeFeedParts): ChangeFeed {
  const { store, projections, pollMs = 1_000, bufferLimit = 1_000 } = parts;
  const audiences = new Map<string, Audience>();
  const stopping = new Set<Promise<void>>();
  let closed = false;

  const enter = (projection: string): Audience => {
    const present = audiences.get(projection);
    if (present) return present;
    const audience = {
      reader: createFeedReader({ ...parts, projection, pollMs }),
      subscriptions: new Set<() => void>(),
    };
    audiences.set(projection, audience);
    return audience;
  };
  const leave = (projection: string, audience: Audience, subscription: () => void): void => {
    audience.subscriptions.delete(subscription);
    if (audience.subscriptions.size > 0) return;
    audiences.delete(projection);
    const stopped: Promise<void> = audience.reader.stop().finally(() => stopping.delete(stopped));
    stopping.add(stopped);
  };

  const subscribe = (subscription: FeedSubscription): AsyncIterableIterator<FeedItem> => {
    const { projection } = subscription;
    if (closed) throw new Error('the change feed is closed');
    if (!projections.includes(projection)) throw new Error(`no projection "${projection}" writes a change feed`);
    const audience = enter(projection);
    const subscriber = createSubscriber({
      limit: bufferLimit,
      lagged: (resumeAt) => new Lagged(formatPosition(store.storeId, resumeAt)),
    });
    audience.subscriptions.add(subscriber.end);
    subscriber.onEnd(() => leave(projection, audience, subscriber.end));
    void follow({ ...parts, pollMs, subscription, reader: audience.reader, subscriber });
    return subscriber.iterator;
  };

  return {
    subscribe,
    subscribers: () => [...audiences.values()].reduce((count, { subscriptions }) => count + subscriptions.size, 0),
    async close() {
      closed = true;
      for (const { subscriptions } of audiences.values()) for (const end of [...subscriptions]) end();
      await Promise.all(stopping);
    },
  };
}

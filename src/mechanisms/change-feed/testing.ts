import { createLogger } from '../observability';
import type { TestDatabase } from '../postgres/testing';
import { createTestDatabase } from '../postgres/testing';
import type { WakeUp } from '../pubsub';
import { createInProcessWakeUp } from '../pubsub';
import type { ChangeFeed, FeedEntry, FeedItem } from '.';
import { createChangeFeed, createFeedWriter, feedTopic } from '.';

export const PROJECTION = 'request-view';

export interface FeedBench {
  createFeed(options?: { pollMs?: number; bufferLimit?: number }): ChangeFeed;
  /** From the beginning, so that it does not matter when it stands. */
  subscribe(feed: ChangeFeed): AsyncIterableIterator<FeedItem>;
  /** As the engine does it: entries of a batch in one transaction, then the wake-up. */
  write(...entries: FeedEntry[]): Promise<void>;
  /** Wake-up subscriptions that stand. */
  listening(): number;
  database(): TestDatabase['database'];
}

const log = createLogger({ level: 'silent' });
const NEVER_POLLS = 2 ** 30;
const store = { storeId: 'mem1', head: () => Promise.resolve(1_000_000n) };

export const entry = (position: number, n = 0, subject = 'req_1'): FeedEntry => ({
  position: BigInt(position),
  kind: 'request',
  subjects: [subject],
  payload: { n },
});

export const places = (items: FeedItem[]): string[] =>
  items.map(({ position, payload }) => `${position}.${(payload as { n: number }).n}`);

export async function take(subscription: AsyncIterator<FeedItem>, count: number): Promise<FeedItem[]> {
  const items: FeedItem[] = [];
  while (items.length < count) {
    const { done, value } = await subscription.next();
    if (done) throw new Error(`ended after ${items.length} of ${count}`);
    items.push(value);
  }
  return items;
}

/** A database for the tests of a file, and an empty feed for each; feeds are closed after it. */
export function useFeedBench(): FeedBench {
  let test: TestDatabase;
  let wakeUp: WakeUp;
  let feeds: ChangeFeed[] = [];
  let listening = 0;
  beforeAll(async () => (test = await createTestDatabase()));
  beforeEach(() => {
    const inner = createInProcessWakeUp();
    listening = 0;
    wakeUp = {
      ...inner,
      async subscribe(topic, listener) {
        const undo = await inner.subscribe(topic, listener);
        listening += 1;
        return () => {
          listening -= 1;
          undo();
        };
      },
    };
  });
  afterEach(async () => {
    await Promise.all(feeds.map((feed) => feed.close()));
    feeds = [];
    await test.owner.query('truncate change_feed, feed_mark');
  });
  afterAll(() => test.drop());
  return {
    createFeed(options) {
      const projections = [PROJECTION, 'other'];
      const { database } = test;
      const feed = createChangeFeed({ database, store, wakeUp, projections, log, pollMs: NEVER_POLLS, ...options });
      feeds.push(feed);
      return feed;
    },
    subscribe: (feed) => feed.subscribe({ projection: PROJECTION, kind: 'request', after: 0n }),
    async write(...entries) {
      const writer = createFeedWriter(test);
      await test.database.transaction(async (tx) => writer.write(tx, PROJECTION, entries));
      await wakeUp.publish(feedTopic(PROJECTION), { projection: PROJECTION, position: 'any' });
    },
    listening: () => listening,
    database: () => test.database,
  };
}

import { Lagged, PositionExpired } from '../errors';
import { createLogger } from '../observability';
import type { TestDatabase } from '../postgres/testing';
import { createTestDatabase } from '../postgres/testing';
import { createInProcessWakeUp } from '../pubsub';
import type { WakeUp } from '../pubsub';
import { until } from '../pubsub/testing';
import type { ChangeFeed, FeedEntry, FeedItem } from '.';
import { createChangeFeed, createFeedWriter, feedTopic } from '.';

const log = createLogger({ level: 'silent' });
const PROJECTION = 'request-view';
const NEVER_POLLS = 2 ** 30;
const store = { storeId: 'mem1', head: () => Promise.resolve(1_000_000n) };

const entry = (position: number, n = 0, subject = 'req_1'): FeedEntry => ({
  position: BigInt(position),
  kind: 'request',
  subjects: [subject],
  payload: { n },
});
const places = (items: FeedItem[]): string[] =>
  items.map(({ position, payload }) => `${position}.${(payload as { n: number }).n}`);

async function take(subscription: AsyncIterator<FeedItem>, count: number): Promise<FeedItem[]> {
  const items: FeedItem[] = [];
  while (items.length < count) {
    const { done, value } = await subscription.next();
    if (done) throw new Error(`ended after ${items.length} of ${count}`);
    items.push(value);
  }
  return items;
}

describe('change feed', () => {
  let test: TestDatabase;
  let wakeUp: WakeUp;
  let feeds: ChangeFeed[] = [];
  /** Wake-up subscriptions that stand. */
  let listening = 0;

  const createFeed = (options: { pollMs?: number; bufferLimit?: number } = {}): ChangeFeed => {
    const feed = createChangeFeed({
      database: test.database,
      store,
      wakeUp,
      projections: [PROJECTION, 'other'],
      log,
      pollMs: NEVER_POLLS,
      ...options,
    });
    feeds.push(feed);
    return feed;
  };
  /** As the engine does it: entries of a batch in one transaction, then the wake-up. */
  const write = async (...entries: FeedEntry[]): Promise<void> => {
    const writer = createFeedWriter(test);
    await test.database.transaction((tx) => writer.write(tx, PROJECTION, entries));
    await wakeUp.publish(feedTopic(PROJECTION), { projection: PROJECTION, position: 'any' });
  };
  /** From the beginning, so that it does not matter when it stands. */
  const subscribe = (feed: ChangeFeed) => feed.subscribe({ projection: PROJECTION, kind: 'request', after: 0n });

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

  it('gives rows after a position in order, as they were written, then goes on live', async () => {
    await write(entry(1), entry(2), entry(3));
    const subscription = createFeed().subscribe({ projection: PROJECTION, kind: 'request', after: 1n });
    const missed = await take(subscription, 2);
    expect(missed).toEqual([
      { ...entry(2), resumeAt: 2n },
      { ...entry(3), resumeAt: 3n },
    ]);
    const next = subscription.next();
    await write(entry(4));
    expect((await next).value).toEqual({ ...entry(4), resumeAt: 4n });
  });

  it('without a position gives only what comes from now on', async () => {
    await write(entry(1));
    const subscription = createFeed().subscribe({ projection: PROJECTION, kind: 'request' });
    const next = subscription.next();
    await until(() => listening);
    let position = 1;
    let got: IteratorResult<FeedItem> | undefined;
    void next.then((result) => (got = result));
    await until(async () => {
      if (!got) await write(entry((position += 1)));
      return got;
    });
    expect(got?.value.position).toBeGreaterThan(1n);
  });

  it('filters by kind and by any of the subjects, in the scan and live alike', async () => {
    const wanted = { projection: PROJECTION, kind: 'request', subjects: ['req_1', 'usr_1'] };
    const mixed = (position: number): FeedEntry[] => [
      entry(position, 0),
      { ...entry(position, 1), kind: 'handover' },
      entry(position, 2, 'req_2'),
      { ...entry(position, 3), subjects: ['req_3', 'usr_1'] },
    ];
    await write(...mixed(1));
    const subscription = createFeed().subscribe({ ...wanted, after: 0n });
    expect(places(await take(subscription, 2))).toEqual(['1.0', '1.3']);
    await write(...mixed(2));
    expect(places(await take(subscription, 2))).toEqual(['2.0', '2.3']);
  });

  it('says to resume before a position until the last wanted row of it was given', async () => {
    await write(entry(5, 0), entry(5, 1), entry(5, 2), { ...entry(5, 3), kind: 'handover' });
    const feed = createFeed();
    const scanned = await take(feed.subscribe({ projection: PROJECTION, kind: 'request', after: 0n }), 3);
    expect(scanned.map(({ resumeAt }) => resumeAt)).toEqual([4n, 4n, 5n]);
    const subscription = feed.subscribe({ projection: PROJECTION, kind: 'request', after: 4n });
    await take(subscription, 3);
    await write(entry(6, 0), entry(6, 1), entry(6, 2, 'req_2'));
    expect((await take(subscription, 3)).map(({ resumeAt }) => resumeAt)).toEqual([5n, 5n, 6n]);
  });

  it('never cuts a position at the end of a page', async () => {
    const many = Array.from({ length: 1_300 }, (_, n) => entry(7, n));
    await write(entry(6), ...many, entry(8));
    const items = await take(
      createFeed({ bufferLimit: 10 }).subscribe({ projection: PROJECTION, kind: 'request', after: 0n }),
      1_302,
    );
    expect(places(items)).toEqual(['6.0', ...many.map((_, n) => `7.${n}`), '8.0']);
    expect(items.filter(({ resumeAt }) => resumeAt === 7n)).toHaveLength(1);
  });

  it('loses nothing when subscribers join, leave and resume while rows are written; a repeat only within one position', async () => {
    const feed = createFeed();
    const POSITIONS = 400;
    const writing = (async () => {
      for (let position = 1; position <= POSITIONS; position += 1) {
        await write(...Array.from({ length: 1 + (position % 3) }, (_, n) => entry(position, n)));
      }
    })();
    const expected = Array.from({ length: POSITIONS }, (_, index) => index + 1).flatMap((position) =>
      Array.from({ length: 1 + (position % 3) }, (_, n) => `${position}.${n}`),
    );
    const restless = async (stay: number): Promise<void> => {
      const seen: string[] = [];
      let resumeAt = 0n;
      while (resumeAt < BigInt(POSITIONS)) {
        const subscription = feed.subscribe({ projection: PROJECTION, kind: 'request', after: resumeAt });
        for (let taken = 0; taken < stay && resumeAt < BigInt(POSITIONS); taken += 1) {
          const [item] = (await take(subscription, 1)) as [FeedItem];
          if (taken === 0) {
            // What is repeated after a cut is of the position that was cut, and all of it.
            while (seen.length > 0 && Number(seen.at(-1)?.split('.')[0]) > Number(resumeAt)) seen.pop();
          }
          seen.push(...places([item]));
          resumeAt = item.resumeAt;
        }
        await subscription.return?.();
      }
      expect(seen).toEqual(expected);
    };
    await Promise.all([writing, restless(4), restless(7), restless(50), restless(100_000)]);
  });

  it('a lost wake-up is made good by the poll', async () => {
    const feed = createFeed({ pollMs: 20 });
    const subscription = subscribe(feed);
    const writer = createFeedWriter(test);
    // The first ones may still come from the scan.
    for (let position = 1; position <= 5; position += 1) {
      await writer.write(test.database, PROJECTION, [entry(position)]);
      expect(places(await take(subscription, 1))).toEqual([`${position}.0`]);
    }
  });

  it('one reader serves all subscribers of a projection, and none is left when they are gone', async () => {
    const feed = createFeed();
    const subscriptions = [subscribe(feed), subscribe(feed), subscribe(feed)];
    await write(entry(1));
    for (const subscription of subscriptions) await take(subscription, 1);
    expect(feed.subscribers()).toBe(3);
    expect(listening).toBe(1);
    for (const subscription of subscriptions) await subscription.return?.();
    expect(feed.subscribers()).toBe(0);
    expect(listening).toBe(0);
  });

  describe('a subscriber that is too slow', () => {
    it('gets Lagged with the position to resume at, and loses nothing by resuming there', async () => {
      const feed = createFeed({ bufferLimit: 10 });
      const subscription = subscribe(feed);
      await write(entry(1));
      expect(places(await take(subscription, 1))).toEqual(['1.0']);
      for (let position = 2; position <= 30; position += 1) await write(entry(position));
      await until(() => feed.subscribers() === 0);
      const failure = await subscription.next().then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(Lagged);
      expect(failure).toMatchObject({ position: 'p1.mem1.1' });
      expect((await subscription.next()).done).toBe(true);
      const resumed = feed.subscribe({ projection: PROJECTION, kind: 'request', after: 1n });
      expect(places(await take(resumed, 29))).toEqual(Array.from({ length: 29 }, (_, index) => `${index + 2}.0`));
    });

    it('does not hold up the others', async () => {
      const feed = createFeed({ bufferLimit: 10 });
      const idle = subscribe(feed);
      const attentive = subscribe(feed);
      for (let position = 1; position <= 30; position += 1) {
        await write(entry(position));
        expect(places(await take(attentive, 1))).toEqual([`${position}.0`]);
        if (position === 1) await take(idle, 1);
      }
      expect(feed.subscribers()).toBe(1);
    });

    it('may take its time over what it missed', async () => {
      await write(...Array.from({ length: 600 }, (_, index) => entry(index + 1)));
      const subscription = createFeed({ bufferLimit: 10 }).subscribe({
        projection: PROJECTION,
        kind: 'request',
        after: 0n,
      });
      await take(subscription, 1);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(places(await take(subscription, 599)).at(-1)).toBe('600.0');
    });
  });

  describe('a position that is not there', () => {
    const firstOf = (after: bigint): Promise<unknown> =>
      createFeed().subscribe({ projection: PROJECTION, kind: 'request', after }).next();

    it('is expired beyond the end of the store', async () => {
      await expect(firstOf(1_000_001n)).rejects.toThrow(PositionExpired);
    });

    it('is expired below what is kept, and the error names the oldest that is not', async () => {
      await write(entry(1), entry(2), entry(3, 0), entry(3, 1), entry(4));
      await createFeedWriter({ ...test, keep: { days: 7, rows: 2 } }).trim(PROJECTION);
      await expect(firstOf(2n)).rejects.toMatchObject({ code: 'POSITION_EXPIRED', oldest: 'p1.mem1.3' });
      expect(await firstOf(3n)).toMatchObject({ value: { position: 4n } });
    });
  });

  it('keeps what is young and among the last, whole positions at a time', async () => {
    await write(entry(1), entry(2), entry(3, 0), entry(3, 1), entry(4));
    const trim = (days: number, rows: number) => createFeedWriter({ ...test, keep: { days, rows } }).trim(PROJECTION);
    const left = () =>
      test.database.query<{ position: string }>('select position from change_feed order by position, n');
    await trim(7, 5);
    expect(await left()).toHaveLength(5);
    expect(await test.database.query('select * from feed_mark')).toEqual([]);
    await test.database.query(`update change_feed set created_at = now() - interval '8 days' where position = 1`);
    await trim(7, 5);
    expect((await left()).map(({ position }) => position)).toEqual(['2', '3', '3', '4']);
    await trim(7, 2);
    expect((await left()).map(({ position }) => position)).toEqual(['4']);
    await trim(7, 5);
    expect(await test.database.query('select * from feed_mark')).toEqual([{ projection: PROJECTION, trimmed_to: '3' }]);
  });

  describe('leaving', () => {
    it('ends a pending next', async () => {
      const subscription = subscribe(createFeed());
      const pending = [subscription.next(), subscription.next()];
      await subscription.return?.();
      await subscription.return?.();
      expect((await Promise.all(pending)).map(({ done }) => done)).toEqual([true, true]);
      expect((await subscription.next()).done).toBe(true);
    });

    it('at once, a thousand times, in every phase, leaves no subscriber', async () => {
      await write(...Array.from({ length: 600 }, (_, index) => entry(index + 1)));
      const feed = createFeed();
      for (let round = 0; round < 1_000; round += 1) {
        const after = round % 2 ? 0n : undefined;
        const subscription = feed.subscribe({ projection: round % 3 ? PROJECTION : 'other', kind: 'request', after });
        const pending = round % 5 ? undefined : subscription.next();
        if (round % 7 === 0) await new Promise(setImmediate);
        if (round % 60 === 1) await take(subscription, 1);
        await subscription.return?.();
        await pending;
      }
      expect(feed.subscribers()).toBe(0);
      await until(() => listening === 0);
    });

    it('is what closing the feed does to all', async () => {
      const feed = createFeed();
      const pending = subscribe(feed).next();
      await feed.close();
      expect((await pending).done).toBe(true);
      expect(feed.subscribers()).toBe(0);
      expect(() => feed.subscribe({ projection: PROJECTION, kind: 'request' })).toThrow('closed');
    });
  });

  it('knows only the projections it was told of', () => {
    expect(() => createFeed().subscribe({ projection: 'request-vew', kind: 'request' })).toThrow('request-vew');
  });
});

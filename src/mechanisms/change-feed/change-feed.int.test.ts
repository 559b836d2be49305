import { until } from '../pubsub/testing';
import type { FeedEntry, FeedItem } from '.';
import { createFeedWriter } from '.';
import { entry, places, PROJECTION, take, useFeedBench } from './testing';

describe('change feed', () => {
  const bench = useFeedBench();
  const { createFeed, subscribe, write } = bench;

  it('gives rows after a position in order, as they were written, then goes on live', async () => {
    await write(entry(1), entry(2), entry(3));
    const subscription = createFeed().subscribe({ projection: PROJECTION, kind: 'request', after: 1n });
    const missed = await take(subscription, 2);
    const batch = [entry(2), entry(3)].map(({ payload }) => payload);
    expect(missed).toEqual([
      { ...entry(2), batch, resumeAt: 2n },
      { ...entry(3), batch, resumeAt: 3n },
    ]);
    const next = subscription.next();
    await write(entry(4));
    expect((await next).value).toEqual({ ...entry(4), batch: [entry(4).payload], resumeAt: 4n });
  });

  it('without a position gives only what comes from now on', async () => {
    await write(entry(1));
    const subscription = createFeed().subscribe({ projection: PROJECTION, kind: 'request' });
    const next = subscription.next();
    await until(() => bench.listening());
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
    const writer = createFeedWriter({ database: bench.database() });
    // The first ones may still come from the scan.
    for (let position = 1; position <= 5; position += 1) {
      await bench.database().transaction(async (tx) => writer.write(tx, PROJECTION, [entry(position)]));
      expect(places(await take(subscription, 1))).toEqual([`${position}.0`]);
    }
  });

  it('knows only the projections it was told of', () => {
    expect(() => createFeed().subscribe({ projection: 'request-vew', kind: 'request' })).toThrow('request-vew');
  });
});

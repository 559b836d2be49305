import { Lagged } from '../errors';
import { until } from '../pubsub/testing';
import { entry, places, PROJECTION, take, useFeedBench } from './testing';

describe('subscribers of the change feed', () => {
  const bench = useFeedBench();
  const { createFeed, subscribe, write } = bench;

  it('one reader serves all subscribers of a projection, and none is left when they are gone', async () => {
    const feed = createFeed();
    const subscriptions = [subscribe(feed), subscribe(feed), subscribe(feed)];
    await write(entry(1));
    for (const subscription of subscriptions) await take(subscription, 1);
    expect(feed.subscribers()).toBe(3);
    expect(bench.listening()).toBe(1);
    for (const subscription of subscriptions) await subscription.return?.();
    expect(feed.subscribers()).toBe(0);
    expect(bench.listening()).toBe(0);
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

    it('is not one that takes what comes, however much was committed at once', async () => {
      const feed = createFeed({ bufferLimit: 600 });
      const subscription = subscribe(feed);
      await write(entry(1));
      await take(subscription, 1);
      await write(...Array.from({ length: 2_000 }, (_, index) => entry(index + 2)));
      const seen: string[] = [];
      while (seen.length < 2_000) {
        seen.push(...places(await take(subscription, 10)));
        await new Promise(setImmediate); // what is sent takes its time
      }
      expect(seen.at(-1)).toBe('2001.0');
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

  describe('leaving', () => {
    it('ends a pending next', async () => {
      const subscription = subscribe(createFeed());
      const pending = [subscription.next(), subscription.next()];
      await subscription.return?.();
      await subscription.return?.();
      expect((await Promise.all(pending)).map(({ done }) => done)).toEqual([true, true]);
      expect((await subscription.next()).done).toBe(true);
    });

    it('is told of no failure any more', async () => {
      const feed = createFeed({ bufferLimit: 1 });
      const subscription = subscribe(feed);
      await write(entry(1));
      await take(subscription, 1);
      for (let position = 2; position <= 4; position += 1) await write(entry(position));
      await until(() => feed.subscribers() === 0); // it lags
      await subscription.return?.();
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
      await until(() => bench.listening() === 0);
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
});

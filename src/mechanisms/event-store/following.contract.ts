import { setTimeout as pause } from 'node:timers/promises';
import { PositionExpired } from '../errors';
import { NO_STREAM } from './event-store';
import type { EventStore } from './event-store';
import { appendUntilWon, collect, newEvents, newStream, times, until } from './fixtures.contract';
import type { ContractSetting } from './fixtures.contract';

const WRITERS = 40;
/** Who race for one stream, and how often: each append of one makes a conflict for every other. */
const RACERS = 6;
const LAPS = 15;

/** How the log is followed: catch-up, live, wake-up, and every kind of end. */
export function followingContract(setting: () => ContractSetting, makeSetting: () => Promise<ContractSetting>): void {
  let ending: AbortController;
  beforeEach(() => void (ending = new AbortController()));
  afterEach(() => ending.abort());
  let store: EventStore;
  beforeAll(() => void (store = setting().store));

  const from = (after: bigint) => store.readAll(after, 100_000);

  describe('subscriptions', () => {
    it('catch up, turn live, and see each event once and in order while writers race and lose', async () => {
      const start = await store.head();
      await store.append(newStream(), NO_STREAM, newEvents(5));
      const other = await setting().reopen();
      const followers = [store, other].map((one) => collect(one.subscribeToAll(start, ending.signal)));
      const hot = newStream();
      await Promise.all(
        times(RACERS, async (writer) => {
          const mine = newStream();
          for (let n = 0; n < LAPS; n++) {
            await store.append(mine, n - 1, newEvents(1));
            await appendUntilWon(writer % 2 ? store : other, hot);
          }
        }),
      );
      const late = collect(store.subscribeToAll(start, ending.signal));
      await store.append(newStream(), NO_STREAM, newEvents(3));
      const expected = (await from(start)).map((event) => event.globalPosition);
      expect(expected).toHaveLength(5 + RACERS * LAPS * 2 + 3);
      for (const follower of [...followers, late]) {
        await until(() => follower.seen.length >= expected.length);
        expect(follower.seen.map((event) => event.globalPosition)).toEqual(expected);
      }
    });

    it('never show a reader a gap that is filled later', async () => {
      const start = await store.head();
      const seen: bigint[] = [];
      const look = async () =>
        seen.push(...(await store.readAll(seen.at(-1) ?? start, 1_000)).map((event) => event.globalPosition));
      let writing = true;
      const reader = (async () => {
        while (writing) {
          await look();
          await pause(0);
        }
      })();
      await Promise.all(
        times(WRITERS, async (n) => {
          for (let k = 0; k < 5; k++) await store.append(newStream(), NO_STREAM, newEvents(1 + (n % 3)));
        }),
      );
      writing = false;
      await reader;
      await look();
      expect(seen).toEqual((await from(start)).map((event) => event.globalPosition));
    });

    it('end when the signal aborts, at once and for good', async () => {
      const iterator = store.subscribeToAll(await store.head(), ending.signal)[Symbol.asyncIterator]();
      const waiting = iterator.next();
      ending.abort();
      await expect(waiting).resolves.toEqual({ done: true, value: undefined });
      await store.append(newStream(), NO_STREAM, newEvents(1));
      await expect(iterator.next()).resolves.toEqual({ done: true, value: undefined });
    });

    it('end when the reader leaves, even while it waits', async () => {
      const iterator = store.subscribeToAll(await store.head(), ending.signal)[Symbol.asyncIterator]();
      const waiting = iterator.next();
      await iterator.return?.();
      await iterator.return?.();
      await expect(waiting).resolves.toEqual({ done: true, value: undefined });
      await expect(iterator.next()).resolves.toEqual({ done: true, value: undefined });
    });

    it('refuse a position beyond the end instead of waiting there', async () => {
      const beyond = (await store.head()) + 1n;
      const iterator = store.subscribeToAll(beyond, ending.signal)[Symbol.asyncIterator]();
      await expect(iterator.next()).rejects.toBeInstanceOf(PositionExpired);
    });

    it('end when the store closes', async () => {
      const another = await makeSetting();
      const follower = collect(another.store.subscribeToAll(await another.store.head(), ending.signal));
      await another.drop();
      await follower.ended;
    });
  });

  it('hints at appends: coalesced, and no more after the undo', async () => {
    const another = await makeSetting(); // where nobody else appends
    const { store } = another;
    let hints = 0;
    const undo = store.onAppended(() => hints++);
    await store.append(newStream(), NO_STREAM, newEvents(1));
    await until(() => hints === 1);
    await Promise.allSettled([store.append('', NO_STREAM, newEvents(1)), store.append(newStream(), 5, newEvents(1))]);
    undo();
    await store.append(newStream(), NO_STREAM, newEvents(1));
    await new Promise(setImmediate);
    expect(hints).toBe(1);
    await another.drop();
  });
}

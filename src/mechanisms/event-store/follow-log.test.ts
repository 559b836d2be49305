import { EventStoreUnavailable, Overloaded } from '../errors';
import { newEvents, newStream, until } from './fixtures.contract';
import { NO_STREAM } from './event-store';
import type { EventStore } from './event-store';
import { followLog } from './follow-log';
import type { FollowedLog } from './follow-log';
import { createMemoryEventStore } from './memory';

describe('following a log', () => {
  let store: EventStore;
  let listeners: number;
  let ending: AbortController;
  beforeEach(() => {
    store = createMemoryEventStore();
    listeners = 0;
    ending = new AbortController();
  });
  afterEach(() => {
    jest.useRealTimers();
    ending.abort();
  });

  /** So that nothing but a hint or an end can wake. */
  const stopThePoll = () => jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'Date'] });

  /** The store, with its listeners counted. */
  function logWith(part: Partial<FollowedLog> = {}): FollowedLog {
    const onAppended: EventStore['onAppended'] = (listener) => {
      const undo = store.onAppended(listener);
      listeners++;
      return () => {
        listeners--;
        undo();
      };
    };
    return { ...store, onAppended, closing: new AbortController().signal, ...part };
  }
  const follow = (log: FollowedLog) => followLog(log, 0n, ending.signal)[Symbol.asyncIterator]();
  const append = () => store.append(newStream(), NO_STREAM, newEvents(1));

  it('wakes for an append that came while the empty read was on its way', async () => {
    let reads = 0;
    const readAll: EventStore['readAll'] = async (after, limit) => {
      const events = await store.readAll(after, limit);
      if (reads++ === 0) {
        await append();
        await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      }
      return events;
    };
    stopThePoll();
    await follow(logWith({ readAll })).next();
  });

  it('finds what other processes appended, without a hint', async () => {
    const next = follow(logWith({ onAppended: () => () => undefined })).next();
    await append();
    await expect(next).resolves.toMatchObject({ value: { globalPosition: 1n } });
  });

  it.each([new EventStoreUnavailable('away'), new Overloaded('full', new Date())])(
    'tells an outage once, and goes on after it by itself: %s',
    async (error) => {
      await append();
      const failures = [1, 2].map(() => () => Promise.reject(error));
      const readAll: EventStore['readAll'] = (...given) => (failures.shift() ?? store.readAll)(...given);
      const outages: Error[] = [];
      const onOutage = (error: Error) => void outages.push(error);
      const follower = follow(logWith({ readAll, onOutage }));
      await expect(follower.next()).resolves.toMatchObject({ value: { globalPosition: 1n } });
      expect(outages).toHaveLength(1);
    },
  );

  it('fails on what is no outage', async () => {
    const readAll = () => Promise.reject(new Error('a bug'));
    await expect(follow(logWith({ readAll })).next()).rejects.toThrow('a bug');
    expect(listeners).toBe(0);
  });

  it('answers several calls at once in order', async () => {
    await Promise.all([append(), append(), append()]);
    const follower = follow(logWith());
    const results = await Promise.all([follower.next(), follower.next(), follower.next()]);
    expect(results.map((result) => (result.done ? null : result.value.globalPosition))).toEqual([1n, 2n, 3n]);
  });

  it('holds nothing while nobody waits, nor after any end', async () => {
    await append();
    const [left, aborted] = [follow(logWith()), follow(logWith())];
    await Promise.all([left.next(), aborted.next()]);
    expect(listeners).toBe(0);
    stopThePoll();
    const waiting = [left.next(), aborted.next()];
    await until(() => listeners === 2);
    await left.return?.();
    await waiting[0];
    ending.abort();
    await waiting[1];
    expect(listeners).toBe(0);
  });
});

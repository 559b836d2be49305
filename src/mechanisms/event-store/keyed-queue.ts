import { begunInTime } from './begun-in-time';

/**
 * Runs work of the same key one after the other, of different keys side by side. Rejects with EventStoreUnavailable, and does not begin, what waited for
 * long: with a store that is frozen each would wait for all before it to find that out.
 */
export type KeyedQueue = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>;

const MAX_WAIT_MS = 10_000;

export function createKeyedQueue(): KeyedQueue {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const inTime = begunInTime(key, MAX_WAIT_MS, work);
    const before = last.get(key) ?? Promise.resolve();
    const mine = before.then(inTime, inTime);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}

import DataLoader from 'dataloader';
import { bind } from '../observability';

/** Loaders of one operation (or of one event of a subscription): made on first use, thrown away with the scope. */
export interface LoaderScope {
  /** The loader that `make` makes, one per scope and `make` function (its identity is the key). */
  use<Loader>(make: () => Loader): Loader;
}

/** Batches the loads of one tick. A key without a value is null; an Error as value fails that key alone. */
export interface BatchLoader<Key, Value> {
  load(key: Key): Promise<Value | null>;
  prime(key: Key, value: Value): void;
}

export interface BatchOptions<Key, Value> {
  /** Values by `keyOf(key)`; what is missing in the map is null. */
  load(keys: readonly Key[]): Promise<ReadonlyMap<string, Value | Error>>;
  keyOf(key: Key): string;
  maxBatchSize?: number;
}

export function createLoaderScope(): LoaderScope {
  const loaders = new Map<() => unknown, unknown>();
  return {
    use<Loader>(make: () => Loader): Loader {
      if (!loaders.has(make)) loaders.set(make, make());
      return loaders.get(make) as Loader;
    },
  };
}

const settled = Promise.resolve();

/** When all that goes on by promises has gone on, as the library does it too; and what is asked for then is asked for the caller. */
function whenAllHasAsked(dispatch: () => void): void {
  const dispatchForCaller = bind(dispatch);
  void settled.then(() => process.nextTick(dispatchForCaller));
}

export function createBatchLoader<Key, Value>(options: BatchOptions<Key, Value>): BatchLoader<Key, Value> {
  const { load, keyOf, maxBatchSize } = options;
  const loader = new DataLoader<Key, Value | null, string>(
    async (keys) => {
      const values = await load(keys);
      return keys.map((key) => values.get(keyOf(key)) ?? null);
    },
    { cacheKeyFn: keyOf, maxBatchSize, batchScheduleFn: whenAllHasAsked },
  );
  return {
    load: (key) => loader.load(key),
    prime(key, value) {
      // Cleared first: a value in hand is younger than one that was loaded before it.
      loader.clear(key).prime(key, value);
    },
  };
}

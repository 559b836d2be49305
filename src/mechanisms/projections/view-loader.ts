import type { BatchLoader, BatchOptions } from '../batching';
import { createBatchLoader } from '../batching';

/** Batches the reads of a view that one tick asks for. */
export interface ViewLoader<Key, Value> {
  /** As of this position or later, as `View.query`. Who waits for one holds up nobody else. */
  load(key: Key, atLeast?: bigint): Promise<Value | null>;
}

export interface ViewLoaderOptions<Key, Value> extends Pick<BatchOptions<Key, Value>, 'keyOf'> {
  load(keys: readonly Key[], atLeast: bigint | undefined): Promise<ReadonlyMap<string, Value>>;
}

export function createViewLoader<Key, Value>({ keyOf, load }: ViewLoaderOptions<Key, Value>): ViewLoader<Key, Value> {
  const loaders = new Map<bigint | undefined, BatchLoader<Key, Value>>();
  return {
    load(key, atLeast) {
      let loader = loaders.get(atLeast);
      if (!loader) loaders.set(atLeast, (loader = createBatchLoader({ keyOf, load: (keys) => load(keys, atLeast) })));
      return loader.load(key);
    },
  };
}

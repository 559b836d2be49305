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

/**
 * The rows of a list of keys, `$1`, for a statement that is planned once. The list is hidden from the planner (`select $1`), which would plan for each length
 * anew. Each key is looked up by itself, for a plan that is kept from when the table was empty would read all of it.
 */
export const selectByKeys = (columns: string, table: string, key: string): string =>
  `select it.* from unnest((select $1::text[])) as wanted,
     lateral (select ${columns} from ${table} where ${key} = wanted offset 0) as it`;

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

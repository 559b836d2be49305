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

export declare function createLoaderScope(): LoaderScope;
export declare function createBatchLoader<Key, Value>(options: BatchOptions<Key, Value>): BatchLoader<Key, Value>;

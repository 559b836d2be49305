import type { FeedItem } from './entry';

export interface ItemLoaderOptions<Value> {
  /** The key of the row that a payload tells of. */
  keyOf(payload: object): string;
  /** Batches the loads of one tick, on the primary: what is beside an entry must not be older. */
  createLoader(): { load(key: string): Promise<Value | null> };
}

/**
 * Loads the row that an entry tells of (a request, a service): once for all entries that were read together, and for all subscribers who hear of them. It is
 * read after the entries, so it is as of their positions or newer.
 */
export function createItemLoader<Value>({ keyOf, createLoader }: ItemLoaderOptions<Value>) {
  const loaders = new WeakMap<readonly object[], ReturnType<typeof createLoader>>();
  return ({ batch, payload }: Pick<FeedItem, 'batch' | 'payload'>): Promise<Value | null> => {
    let loader = loaders.get(batch);
    if (!loader) {
      loaders.set(batch, (loader = createLoader()));
      const forget = () => void loaders.delete(batch); // who comes back wants to try again
      for (const other of batch) loader.load(keyOf(other)).catch(forget);
    }
    return loader.load(keyOf(payload));
  };
}

import type { FeedItem } from './entry';

export interface BesideOptions<Value> {
  /** The key of the row that a payload tells of. */
  keyOf(payload: object): string;
  /** Batches the loads of one tick, on the primary: what is beside an entry must not be older. */
  createLoader(): { load(key: string): Promise<Value | null> };
}

/**
 * Loads the row that an entry tells of (a request, a service): once for all entries that were read together, and for all subscribers who hear of them. It is
 * read after the entries, so it is as of their positions or newer.
 */
export function createBeside<Value>({ keyOf, createLoader }: BesideOptions<Value>) {
  const loaders = new WeakMap<readonly object[], ReturnType<typeof createLoader>>();
  return ({ company, payload }: Pick<FeedItem, 'company' | 'payload'>): Promise<Value | null> => {
    let loader = loaders.get(company);
    if (!loader) {
      loaders.set(company, (loader = createLoader()));
      const forget = () => void loaders.delete(company); // who comes back wants to try again
      for (const other of company) loader.load(keyOf(other)).catch(forget);
    }
    return loader.load(keyOf(payload));
  };
}

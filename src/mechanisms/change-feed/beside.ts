import type { FeedItem } from './entry';

export interface BesideOptions<Value> {
  /** Of what a payload tells. */
  keyOf(payload: object): string;
  /** Batches the loads of one tick, on the primary: what is beside an entry must not be older. */
  createLoader(): { load(key: string): Promise<Value | null> };
}

/**
 * What is beside an entry, loaded once for all that were read together and for all who hear of them. It is read after them, so it is as of their
 * positions or newer.
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

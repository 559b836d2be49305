/** Whose data it is: everybody's, or what one account alone may see. The two never share a key. */
export type Audience = 'PUBLIC' | { accountId: string };

/** The part of every key that says where a value comes from and who may see it. */
export interface CacheScope {
  /** Our name of the connection. */
  connection: string;
  /** Which machine answered there: another one behind the same address has other data under the same ids. */
  machine: string;
  audience: Audience;
}

/** A value and how old it is. */
export interface Cached<Value> {
  value: Value;
  observedAt: Date;
  /** True: it should have been asked for anew, and could not be (in time). */
  stale: boolean;
}

export interface CacheQuestion {
  /** What kind of thing is asked for, like `seasons`. */
  kind: string;
  /** How long an answer is good; beyond it the answer is only an answer while the upstream gives none. */
  ttlMs: number;
  /** `forget` with one of them makes the answer as old as one beyond its time. */
  tags?: readonly string[];
}

/** Values are plain JSON: what comes out of Redis has no classes and no dates. Nobody may change them. */
export interface ScopedCache {
  /** One value. Throws what `load` throws when there is no older answer either. */
  read<Value>(question: CacheQuestion & { id: string; load(): Promise<Value> }): Promise<Cached<Value>>;
  /**
   * Many at once: `load` is asked in one call for those that are missing, and may answer more than it was asked, which is kept too. An id that it
   * leaves out is not there: null, and remembered as that. An Error fails its id alone.
   */
  readMany<Value>(
    question: CacheQuestion & {
      ids: readonly string[];
      load(ids: readonly string[]): Promise<ReadonlyMap<string, Value | Error>>;
    },
  ): Promise<Map<string, Cached<Value | null> | Error>>;
  forget(tags: readonly string[]): Promise<void>;
}

/** What became of one read of one id. */
export type ReadOutcome = 'HIT' | 'MISS' | 'STALE' | 'FAILED';

export interface ReadFacts {
  connection: string;
  kind: string;
  ms: number;
}

export interface Cache {
  scope(scope: CacheScope): ScopedCache;
  close(): Promise<void>;
}

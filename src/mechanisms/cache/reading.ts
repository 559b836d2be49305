import { MediaNestError } from '../errors';
import type { Cached, CacheQuestion, CacheScope, ReadFacts, ReadOutcome, ScopedCache } from './cache';
import type { Held } from './layers';
import type { LoadParts, ManyQuestion } from './loads';
import { createLoads, createNames } from './loads';

export interface ReadingParts extends LoadParts {
  /** How long to wait for a new answer while there is an old one. */
  patienceMs: number;
  onRead(outcome: ReadOutcome, of: ReadFacts): void;
}

type End = Cached<unknown> | Error;

const TOO_LONG = Symbol('too long');

/** Another try may succeed: until then an older answer is better than none. A bug is not covered up by it. */
const isPassing = (error: Error): boolean => error instanceof MediaNestError && error.retryable;

const toCached = ({ value, observedAt }: Held, stale: boolean): Cached<unknown> => ({
  value,
  observedAt: new Date(observedAt),
  stale,
});

/** Reads through the layers, for one scope. */
export function createScopedCache(parts: ReadingParts, scope: CacheScope): ScopedCache {
  const { layers } = parts;
  const names = createNames(scope);
  const loads = createLoads(parts, names);

  /** What a load brings, or what is older when it brings nothing, or not in time. */
  async function land(key: string, load: Promise<Held | Error>, tooLong: Promise<typeof TOO_LONG>): Promise<End> {
    const first = await Promise.race([load, tooLong]);
    if (first !== TOO_LONG && !(first instanceof Error)) return toCached(first, false);
    if (first !== TOO_LONG && !isPassing(first)) return first;
    const brought = await layers.good(key); // meanwhile, by this load or by another process
    if (brought) return toCached(brought, false);
    const older = await layers.any(key);
    if (older) return toCached(older, true);
    const last = await load;
    return last instanceof Error ? last : toCached(last, false);
  }

  async function loadMissing(ids: readonly string[], question: ManyQuestion): Promise<End[]> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<typeof TOO_LONG>((resolve) => {
      timer = setTimeout(() => resolve(TOO_LONG), parts.patienceMs);
    });
    try {
      const running = loads.of(ids, question);
      return await Promise.all(
        running.map((load, index) => land(names.key(question.kind, ids[index]!), load, tooLong)),
      );
    } finally {
      clearTimeout(timer);
    }
  }

  async function readMany(question: ManyQuestion): Promise<Map<string, End>> {
    const startedAt = performance.now();
    const ids = [...new Set(question.ids)];
    const good = await Promise.all(ids.map((id) => layers.good(names.key(question.kind, id))));
    const missing = ids.filter((_id, index) => !good[index]);
    const loaded = missing.length > 0 ? await loadMissing(missing, question) : [];
    const ends = new Map<string, End>(
      ids.map((id, index) => [id, good[index] ? toCached(good[index], false) : loaded[missing.indexOf(id)]!]),
    );
    const facts = { connection: scope.connection, kind: question.kind, ms: performance.now() - startedAt };
    ids.forEach((id, index) => parts.onRead(outcomeOf(ends.get(id)!, !!good[index]), facts));
    return ends;
  }

  return {
    readMany: readMany as ScopedCache['readMany'],
    async read<Value>({ id, load, ...question }: CacheQuestion & { id: string; load(): Promise<Value> }) {
      const ends = await readMany({ ...question, ids: [id], load: async () => new Map([[id, await load()]]) });
      const end = ends.get(id)!;
      if (end instanceof Error) throw end;
      return end as Cached<Value>;
    },
    forget: (tags) => layers.forget(tags.map(names.tag)),
  };
}

function outcomeOf(end: End, isHit: boolean): ReadOutcome {
  if (end instanceof Error) return 'FAILED';
  if (end.stale) return 'STALE';
  return isHit ? 'HIT' : 'MISS';
}

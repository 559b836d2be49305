import type { CacheQuestion, CacheScope } from './cache';
import type { Held, Layers } from './layers';

export type ManyQuestion = CacheQuestion & {
  ids: readonly string[];
  load(ids: readonly string[]): Promise<ReadonlyMap<string, unknown>>;
};

export interface LoadParts {
  layers: Layers;
  /** Loads that run, by key, for all scopes: who wants the same joins. Never rejected. */
  flights: Map<string, Promise<Held | Error>>;
  clock: () => Date;
}

/** Names of a scope in the layers: no two different ones are ever the same text. */
export function createNames({ connection, machine, audience }: CacheScope) {
  return {
    key: (kind: string, id: string) => JSON.stringify([connection, machine, audience, kind, id]),
    tag: (tag: string) => JSON.stringify([connection, machine, tag]),
  };
}
export type Names = ReturnType<typeof createNames>;

/**
 * Loads what is missing, one call for all that are wanted together, and keeps it. The library's own way of loading takes one key at a time, and
 * lets those that wait for a load that failed try one after the other: here a batch is one load, and all who wait share its end.
 */
export function createLoads({ layers, flights, clock }: LoadParts, names: Names) {
  async function loadAll(ids: readonly string[], question: ManyQuestion): Promise<Map<string, Held | Error>> {
    const observedAt = clock().getTime();
    const options = { ttlMs: question.ttlMs, tags: (question.tags ?? []).map(names.tag) };
    const loaded = await question.load(ids);
    const all = [...new Set([...ids, ...loaded.keys()])];
    const ends = all.map(async (id): Promise<[string, Held | Error]> => {
      const value = loaded.get(id) ?? null;
      if (value instanceof Error) return [id, value];
      const held = { value, observedAt };
      await layers.put(names.key(question.kind, id), held, options);
      return [id, held];
    });
    return new Map(await Promise.all(ends));
  }

  return {
    /** The load of each id: one that runs already, or one for all the others. Nothing is awaited before it is known to all. */
    of(ids: readonly string[], question: ManyQuestion): Promise<Held | Error>[] {
      const mine = ids.filter((id) => !flights.has(names.key(question.kind, id)));
      const work = mine.length > 0 ? loadAll(mine, question).catch((error: unknown) => error as Error) : undefined;
      for (const id of mine) {
        const key = names.key(question.kind, id);
        const flight = work!.then((ends) => {
          flights.delete(key);
          return ends instanceof Error ? ends : ends.get(id)!;
        });
        flights.set(key, flight);
      }
      return ids.map((id) => flights.get(names.key(question.kind, id))!);
    },
  };
}

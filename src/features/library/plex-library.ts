import type { Cached, ScopedCache } from '../../mechanisms/cache';
import type { PlexClient, PlexItem, PlexPage, PlexRange } from '../../upstreams/plex';
import type { KnownCollection, KnownItem, KnownSeason, KnownSection } from './media-item';
import { knownCollection, knownItem, knownSeason } from './media-item';
import { readRange, readToEnd } from './plex-list';

/** One part of a long list, as it is kept: `CHUNK` rows of Plex, which can be fewer items. */
export interface Chunk {
  items: KnownItem[];
  /** Of the whole list. */
  total: number;
  /** There is another one after it. */
  hasNext: boolean;
}

export interface ItemList {
  sectionId: string;
  type: 'MOVIE' | 'SHOW';
  sort: 'TITLE' | 'ADDED' | 'YEAR';
  search: string;
}

export const CHUNK = 50;

const MINUTE_MS = 60_000;
const SECTIONS = { kind: 'sections', id: '', ttlMs: MINUTE_MS };
/** Unless its section tells of a change before. */
const CONTENT_MS = 10 * MINUTE_MS;

const tagOf = (sectionId: string): string => `section ${sectionId}`;

const isThere = <Value>(value: Value | null): value is Value => value !== null;

export interface PlexLibraryParts {
  plex: PlexClient;
  cache: ScopedCache;
  /** Does a piece of work that asks Plex, or throws why Plex cannot be asked. */
  reach<Result>(work: () => Promise<Result>): Promise<Result>;
  /** What such a failure is told as. */
  toldAs(error: Error): Error;
  /** One at a time under a name; who comes meanwhile shares it. */
  once<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
}

/** What is in Plex, read through the cache. Values may be old; what Plex cannot tell and nobody remembers is thrown. */
export function createPlexLibrary(parts: PlexLibraryParts) {
  const { plex, cache, reach, once } = parts;
  const forgetChanged = createChangeWatch(cache);

  return {
    sections: (): Promise<Cached<KnownSection[]>> =>
      cache.read({
        ...SECTIONS,
        async load() {
          const sections = await reach(() => plex.sections());
          await forgetChanged(sections);
          return sections;
        },
      }),

    chunk(list: ItemList, index: number): Promise<Cached<Chunk>> {
      const { sectionId, type, sort, search } = list;
      const query = { sectionId, kind: type, sort, ...(search && { titleContains: search }) };
      return readChunk(parts, { kind: 'items', id: list, sectionId, index }, (range) =>
        plex.items({ ...query, ...range }),
      );
    },

    collections: (sectionId: string): Promise<Cached<KnownCollection[]>> =>
      cache.read({
        kind: 'collections',
        id: sectionId,
        ttlMs: CONTENT_MS,
        tags: [tagOf(sectionId)],
        async load() {
          const all = await reach(() => readToEnd((range) => plex.collections(sectionId, range)));
          return all.map((collection) => knownCollection(collection, sectionId));
        },
      }),

    collectionChunk: ({ ratingKey, sectionId }: KnownCollection, index: number): Promise<Cached<Chunk>> =>
      readChunk(parts, { kind: 'collection items', id: ratingKey, sectionId, index }, (range) =>
        plex.collectionItems(ratingKey, range),
      ),

    /** Of shows of one section, by show. One show is asked for by itself, several by a sweep that is kept for all. */
    seasons: (sectionId: string, shows: readonly string[]) =>
      cache.readMany<KnownSeason[]>({
        kind: 'seasons',
        ids: shows,
        ttlMs: CONTENT_MS,
        tags: [tagOf(sectionId)],
        load: async (missing) => {
          const [only, ...others] = missing;
          if (only !== undefined && others.length === 0) {
            return new Map([[only, await reach(() => seasonsOfShow(plex, only))]]);
          }
          return once(`seasons ${sectionId}`, () => reach(() => seasonsOfSection(plex, sectionId)));
        },
      }),

    /** At most 50 rating keys, in one call for those that are not kept. */
    items: (ratingKeys: readonly string[]) =>
      lookUp(parts, ratingKeys, { kind: 'item', valueOf: (item) => knownItem(item) }),
    seasonsByKey: (ratingKeys: readonly string[]) =>
      lookUp(parts, ratingKeys, { kind: 'season', valueOf: knownSeason }),
  };
}
export type PlexLibrary = ReturnType<typeof createPlexLibrary>;

/** Forgets the lists of sections that tell of a change since they told last. */
function createChangeWatch(cache: ScopedCache) {
  const told = new Map<string, number | null>();
  return async (sections: readonly KnownSection[]): Promise<void> => {
    const changed = sections.filter(({ id, changes }) => (told.get(id) ?? changes) !== changes);
    for (const { id, changes } of sections) told.set(id, changes);
    if (changed.length > 0) await cache.forget(changed.map(({ id }) => tagOf(id)));
  };
}

/** A part of a list, kept for itself. */
function readChunk(
  { cache, reach }: PlexLibraryParts,
  { kind, id, sectionId, index }: { kind: string; id: unknown; sectionId: string; index: number },
  read: (range: PlexRange) => Promise<PlexPage<PlexItem>>,
): Promise<Cached<Chunk>> {
  return cache.read({
    kind,
    id: JSON.stringify([id, index]),
    ttlMs: CONTENT_MS,
    tags: [tagOf(sectionId)],
    async load() {
      const range = { skip: index * CHUNK, take: CHUNK };
      const { items, total, next } = await reach(() => readRange(read, range));
      return { items: items.map((item) => knownItem(item, sectionId)).filter(isThere), total, hasNext: next !== null };
    },
  });
}

/** Items by their rating keys, each kept for itself. */
function lookUp<Value>(
  { plex, cache, reach, toldAs }: PlexLibraryParts,
  ids: readonly string[],
  { kind, valueOf }: { kind: string; valueOf: (item: PlexItem) => Value | null },
) {
  const load = async (missing: readonly string[]): Promise<Map<string, Value | Error>> => {
    const values = new Map<string, Value | Error>();
    for (const [key, item] of await reach(() => plex.metadata(missing))) {
      const value = item instanceof Error ? toldAs(item) : item && valueOf(item);
      if (value !== null) values.set(key, value);
    }
    return values;
  };
  return cache.readMany<Value>({ kind, ids, ttlMs: CONTENT_MS, load });
}

/** All seasons of a section in one go, by show: Plex tells those of several shows in no other way. */
async function seasonsOfSection(plex: PlexClient, sectionId: string): Promise<Map<string, KnownSeason[]>> {
  const items = await readToEnd((range) => plex.items({ sectionId, kind: 'SEASON', sort: 'TITLE', ...range }));
  const byShow = new Map<string, KnownSeason[]>();
  for (const item of items) {
    const season = knownSeason(item);
    if (!season || item.parentRatingKey === null) continue;
    const known = byShow.get(item.parentRatingKey);
    if (known) known.push(season);
    else byShow.set(item.parentRatingKey, [season]);
  }
  return byShow;
}

async function seasonsOfShow(plex: PlexClient, show: string): Promise<KnownSeason[]> {
  const children = await readToEnd((range) => plex.children(show, range));
  return children.map(knownSeason).filter(isThere);
}

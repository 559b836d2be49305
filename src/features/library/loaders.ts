import { createBatchLoader } from '../../mechanisms/batching';
import type { BatchLoader } from '../../mechanisms/batching';
import type { Cached } from '../../mechanisms/cache';
import { InvalidInput } from '../../mechanisms/errors';
import { UpstreamFailure } from '../../mechanisms/http';
import type { Logger } from '../../mechanisms/observability';
import type { OverseerrClient, UpstreamTitle } from '../../upstreams/overseerr';
import type { KnownCollection, KnownItem, KnownSeason } from './media-item';
import type { PlexLibrary } from './plex-library';
import type { KnownTitle, MediaTypeName, TitleId } from './title';
import { availabilityOf, titleKey } from './title';
import type { TitleCache } from './title-cache.read-model';

export interface TitleLoaderParts {
  overseerr: OverseerrClient;
  cache: TitleCache;
  /** Whether the request service is worth asking now. */
  isUsable(): Promise<boolean>;
  clock: () => Date;
}

/** Titles of one page and where it ends: the place of the next one in the service's pages. */
export interface FoundTitles {
  titles: KnownTitle[];
  /** As the service counts, people and collections included; null when it did not answer. */
  total: number | null;
  hasMore: boolean;
  /** False: the service did not answer, our cache did. */
  fresh: boolean;
}

export interface TitleSearch {
  query: string;
  type?: MediaTypeName;
  first: number;
  /** How many titles to pass over. */
  skip: number;
}

/** One search asks no more than this many pages, whatever the service says of how many there are. */
const MAX_PAGES = 30;
const PAGE_SIZE = 20; // the service's own, fixed (contracts/overseerr.md 7)

function knownOf(title: UpstreamTitle, observedAt: Date): KnownTitle {
  const { type, tmdbId, title: name, year, overview, posterPath, media } = title;
  return {
    type,
    tmdbId,
    title: name,
    year,
    overview,
    posterPath,
    availability: availabilityOf(media?.status),
    availability4k: availabilityOf(media?.status4k),
    plexUrl: media?.plexUrl ?? null,
    observedAt,
  };
}

export interface RememberingParts extends Pick<TitleLoaderParts, 'overseerr' | 'cache' | 'clock'> {
  log: Logger;
}

/** The same client, but what it says of a title is remembered: so a request that nobody searched for gets its name. */
export function remembering({ overseerr, cache, clock, log }: RememberingParts): OverseerrClient {
  const title: OverseerrClient['title'] = async (type, tmdbId) => {
    const observedAt = clock();
    const answer = await overseerr.title(type, tmdbId);
    // A cache that cannot be written is no reason to withhold what was asked for.
    await cache
      .remember([knownOf(answer, observedAt)])
      .catch((error: unknown) => log.warn({ err: error, type, tmdbId }, 'a title was not remembered'));
    return answer;
  };
  // Inherited, not copied: the stand-in for an absent service has its methods without listing them.
  return Object.assign(Object.create(overseerr) as OverseerrClient, { title });
}

/** Titles at the request service; everything that it says is remembered, and our memory answers while it is away. */
export function createTitleLoaders({ overseerr, cache, isUsable, clock }: TitleLoaderParts) {
  /** The answer of the service, or undefined when it cannot give one. */
  async function ask<Answer>(question: () => Promise<Answer>): Promise<Answer | undefined> {
    if (!(await isUsable())) return undefined;
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      return undefined;
    }
  }

  /** Reads pages until enough titles are there: people and collections are left out of them, so pages are of uneven size. */
  async function searchUpstream({ query, type, first, skip }: TitleSearch): Promise<FoundTitles> {
    const found: KnownTitle[] = [];
    const wanted = skip + first;
    for (let page = 1; ; page += 1) {
      const observedAt = clock();
      const answer = await overseerr.search(query, page);
      found.push(
        ...answer.titles.map((title) => knownOf(title, observedAt)).filter((one) => !type || one.type === type),
      );
      const counted = page >= answer.totalPages || answer.totalResults <= page * PAGE_SIZE;
      const last = counted || page === MAX_PAGES;
      if (found.length > wanted || last) {
        const titles = found.slice(skip, wanted);
        await cache.remember(titles);
        return { titles, total: answer.totalResults, hasMore: found.length > wanted, fresh: true };
      }
    }
  }

  return {
    async search(search: TitleSearch): Promise<FoundTitles> {
      const fresh = await ask(() => searchUpstream(search));
      // An empty answer is what the service says too while its own source of titles is down (contracts/overseerr.md 0.7).
      if (fresh && (fresh.titles.length > 0 || search.skip > 0)) return fresh;
      const { query, type, first, skip } = search;
      const remembered = await cache.search(query, { ...(type ? { type } : {}), skip, limit: first + 1 });
      if (fresh && remembered.length === 0) return fresh;
      return { titles: remembered.slice(0, first), total: null, hasMore: remembered.length > first, fresh: false };
    },

    /** One title; null when neither the service nor our memory knows it. */
    async title(id: TitleId): Promise<KnownTitle | null> {
      if (id.tmdbId < 1) throw new InvalidInput(`a tmdbId is a positive number, not ${id.tmdbId}`, ['tmdbId']);
      await ask(() => overseerr.title(id.type, id.tmdbId));
      return (await cache.read([id])).get(titleKey(id)) ?? null;
    },

    /** What we remember, without asking: for decisions and lists. */
    async remembered(id: TitleId): Promise<KnownTitle | null> {
      return (await cache.read([id])).get(titleKey(id)) ?? null;
    },

    /** The same, batched, for lists of requests. */
    createRememberedLoader: (): BatchLoader<TitleId, KnownTitle> =>
      createBatchLoader({ keyOf: titleKey, load: (ids) => cache.read(ids) }),
  };
}
export type TitleLoaders = ReturnType<typeof createTitleLoaders>;

/** The library of the Plex that answers now, and which machine that is. Throws why there is none. */
export type CurrentLibrary = () => Promise<{ machine: string; library: PlexLibrary }>;

/** Plex takes so many ids in one call (contracts/plex.md 3.7). */
const IDS_PER_CALL = 50;

/** A show of a section, whose seasons are asked for. */
export interface ShowOfSection {
  sectionId: string;
  ratingKey: string;
}

const valuesOf = <Value>(ends: Map<string, Cached<Value | null> | Error>): Map<string, Value | Error> => {
  const values = new Map<string, Value | Error>();
  for (const [id, end] of ends) {
    if (end instanceof Error) values.set(id, end);
    else if (end.value !== null) values.set(id, end.value);
  }
  return values;
};

/** Batches over what is in Plex. Each is made once per operation, and once per event of a subscription. */
export function createPlexLoaders(current: CurrentLibrary) {
  const byKey =
    <Value>(
      read: (library: PlexLibrary, keys: readonly string[]) => Promise<Map<string, Cached<Value | null> | Error>>,
    ) =>
    (): BatchLoader<string, Value> =>
      createBatchLoader({
        keyOf: (ratingKey) => ratingKey,
        maxBatchSize: IDS_PER_CALL,
        load: async (keys) => valuesOf(await read((await current()).library, keys)),
      });

  return {
    createItemLoader: byKey<KnownItem>((library, keys) => library.items(keys)),
    createSeasonLoader: byKey<KnownSeason>((library, keys) => library.seasonsByKey(keys)),

    /** All collections of a section. */
    createCollectionsLoader: (): BatchLoader<string, KnownCollection[]> =>
      createBatchLoader({
        keyOf: (sectionId) => sectionId,
        async load(sections) {
          const { library } = await current();
          const ends = await Promise.allSettled(sections.map((sectionId) => library.collections(sectionId)));
          return new Map(
            ends.map((end, index) => [
              sections[index]!,
              end.status === 'fulfilled' ? end.value.value : (end.reason as Error),
            ]),
          );
        },
      }),

    createSeasonsLoader: (): BatchLoader<ShowOfSection, KnownSeason[]> =>
      createBatchLoader({
        keyOf: ({ ratingKey }) => ratingKey,
        async load(shows) {
          const { library } = await current();
          const sections = [...new Set(shows.map(({ sectionId }) => sectionId))];
          const ends = await Promise.all(
            sections.map((sectionId) => {
              const keys = shows.filter((show) => show.sectionId === sectionId).map(({ ratingKey }) => ratingKey);
              return library.seasons(sectionId, keys);
            }),
          );
          return valuesOf(new Map(ends.flatMap((end) => [...end])));
        },
      }),
  };
}
export type PlexLoaders = ReturnType<typeof createPlexLoaders>;

import type { ExecutionResult } from 'graphql';
import { graphql } from 'graphql';
import { createLibraryFeature } from '../../features/library';
import { createLoaderScope } from '../../mechanisms/batching';
import { createCache } from '../../mechanisms/cache';
import { buildApiSchema, createNodeResolver, graphqlAccess } from '../../mechanisms/graphql';
import { createHttpClient } from '../../mechanisms/http';
import { createLogger } from '../../mechanisms/observability';
import type { Place } from '../../mechanisms/postgres';
import type { PlexSimulator } from '../../simulators/plex';
import { startPlexSimulator } from '../../simulators/plex';
import type { OverseerrClient } from '../../upstreams/overseerr';
import { createPlexClient } from '../../upstreams/plex';

/** A library over a simulated Plex, asked as operations ask it: the whole way to the wire, but for the door. */
export interface Browsing {
  plex: PlexSimulator;
  /** Whether the connection is usable, as its last look found. */
  usable: boolean;
  /** Which machine we deal with. */
  machine: string;
  ask<Data>(source: string, variables?: Record<string, unknown>): Promise<ExecutionResult<Data>>;
  /** The same, without errors. */
  get<Data>(source: string, variables?: Record<string, unknown>): Promise<Data>;
  /** A page of a library, with collections and seasons. */
  page(id: string, variables?: Record<string, unknown>): Promise<Library>;
  /** All films, page by page. */
  allFilms(variables?: Record<string, unknown>): Promise<Item[]>;
  /** The paths that Plex is asked for by this work. */
  callsOf(work: () => Promise<unknown>): Promise<string[]>;
  close(): Promise<void>;
}

export interface Connection<Node> {
  nodes: Node[];
  pageInfo: { hasNextPage: boolean; endCursor: string };
  totalCount: number;
  freshness: { stale: boolean; source: string };
}
export interface Item {
  id: string;
  title: string;
  year: number;
  addedAt: string;
  tmdbId: number | null;
  posterUrl: string | null;
  collections: { id: string; title: string }[];
  seasons: { id: string; number: number; episodeCount: number }[];
}
export interface Library {
  id: string;
  title: string;
  type: string;
  itemCount: number;
  freshness: { stale: boolean };
  items: Connection<Item>;
  collections: Connection<{ id: string; title: string; itemCount: number; items: Connection<Item> }>;
}

export const FILMS = 130;
/** The ids of the libraries, known before anything is asked. */
export const FILM_LIBRARY = 'lib_machine-.1';
export const SHOW_LIBRARY = 'lib_machine-.2';
export const LIBRARIES = '{ libraries { id title type itemCount freshness { stale source } } }';
export const PAGE = /* GraphQL */ `
  query ($id: ID!, $first: Int! = 50, $after: String, $search: String, $orderBy: ItemOrder! = TITLE_ASC) {
    library(id: $id) {
      title
      itemCount
      freshness {
        stale
        source
      }
      items(first: $first, after: $after, search: $search, orderBy: $orderBy) {
        nodes {
          id
          title
          year
          addedAt
          tmdbId
          posterUrl
          collections {
            id
            title
          }
          seasons {
            id
            number
            episodeCount
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
        totalCount
        freshness {
          stale
          source
        }
      }
    }
  }
`;

const TOKEN = 'token-of-the-test';
const log = createLogger({ level: 'silent' });

export async function openBrowsing(): Promise<Browsing> {
  const plex = await startPlexSimulator({ token: TOKEN, items: FILMS });
  const http = createHttpClient({
    name: 'plex',
    baseUrl: plex.url,
    headers: { 'x-plex-token': TOKEN },
    timeoutMs: 20_000,
    maxConcurrent: 4,
    maxBodyBytes: 20_000_000,
    log,
  });
  const cache = createCache({ clock: () => new Date() });
  const library = createLibraryFeature({
    database: {} as Place,
    cache,
    overseerr: { client: {} as OverseerrClient, connectionId: 'overseerr', isUsable: async () => true },
    plex: {
      client: createPlexClient({ http }),
      connectionId: 'plex',
      isUsable: async () => browsing.usable,
      machineId: async () => browsing.machine,
    },
    pictureUrl: (source, path) => `/images/${source}${path}`,
    clock: () => new Date(),
    log,
  });
  const nodes = createNodeResolver(library.nodeFetchers, { ...graphqlAccess, ...library.access });
  const schema = await buildApiSchema({ resolvers: [...library.resolvers, nodes] });

  const browsing: Browsing = {
    plex,
    usable: true,
    machine: 'machine-1',
    async ask<Data>(source: string, variableValues: Record<string, unknown> = {}) {
      const viewer = { accountId: 'usr_ben', scopes: new Set(['LIBRARY_READ']) };
      const contextValue = { viewer, loaders: createLoaderScope(), correlationId: 'one' };
      return (await graphql({ schema, source, variableValues, contextValue })) as ExecutionResult<Data>;
    },
    async get<Data>(source: string, variables?: Record<string, unknown>) {
      const { data, errors } = await browsing.ask<Data>(source, variables);
      expect(errors).toBeUndefined();
      return data!;
    },
    page: async (id, variables = {}) => (await browsing.get<{ library: Library }>(PAGE, { id, ...variables })).library,
    async allFilms(variables = {}) {
      const all: Item[] = [];
      let after: string | undefined;
      for (let more = true; more;) {
        const { items } = await browsing.page(FILM_LIBRARY, { ...variables, ...(after && { after }) });
        all.push(...items.nodes);
        ({ hasNextPage: more, endCursor: after } = items.pageInfo);
      }
      return all;
    },
    async callsOf(work) {
      const before = plex.calls(10_000).length;
      await work();
      const calls = plex.calls(10_000);
      return calls.slice(0, calls.length - before).map(({ path }) => path);
    },
    async close() {
      await http.close();
      await plex.close();
      await cache.close();
    },
  };
  return browsing;
}

import type { Cache, ScopedCache } from '../../mechanisms/cache';
import { createSingleFlight } from '../../mechanisms/cache';
import { UpstreamUnavailable } from '../../mechanisms/errors';
import type { NodeFetcher, ResolverMount } from '../../mechanisms/graphql';
import { UpstreamFailure } from '../../mechanisms/http';
import type { Logger } from '../../mechanisms/observability';
import type { Place } from '../../mechanisms/postgres';
import type { OperationContext } from '../../server/context';
import type { OverseerrClient } from '../../upstreams/overseerr';
import type { PlexClient } from '../../upstreams/plex';
import { idPrefix, keysOf } from './global-id';
import type { CurrentLibrary } from './loaders';
import { createPlexLoaders, createTitleLoaders, remembering } from './loaders';
import type { PlexLibrary } from './plex-library';
import { createPlexLibrary } from './plex-library';
import { createAvailabilitySync } from './poller';
import { libraryAccess } from './policy';
import { createPresenter } from './presentation';
import type { LibraryResolverParts } from './resolvers';
import { CollectionResolver, LibraryResolver, MediaItemResolver, TitleResolver } from './resolvers';
import { createTitleCache } from './title-cache.read-model';

/** A service of the settings as this feature sees it. */
interface Service<Client> {
  client: Client;
  /** Its id, named in `freshness.source`. */
  connectionId: string;
  /** Whether it is worth asking now; throws what to do where none is set up. */
  isUsable(): Promise<boolean>;
}

export interface LibraryParts {
  database: Place;
  cache: Cache;
  overseerr: Service<OverseerrClient>;
  plex: Service<PlexClient> & {
    /** Which machine we deal with there; null: none was seen yet. */
    machineId(): Promise<string | null>;
  };
  /** The address on our own origin of a picture of a connection. */
  pictureUrl(connectionId: string, path: string): string;
  clock: () => Date;
  log: Logger;
}

const AWAY = 'Plex gives no answer, and nothing of this is remembered; `serverInfo { connections }` says what to do.';

const toldAs = (error: unknown): unknown =>
  error instanceof UpstreamFailure ? new UpstreamUnavailable(AWAY, error.retryAfter) : error;

/** An admin who goes on with another machine wants to see it soon, and people that Plex is away. */
const MACHINE = { kind: 'who answers', id: '', ttlMs: 5_000 };

/** What cannot be asked anew is told as stale, however young it is. */
function staleWhile(isAway: () => boolean, cache: ScopedCache): ScopedCache {
  return {
    ...cache,
    async read(question) {
      const cached = await cache.read(question);
      return isAway() ? { ...cached, stale: true } : cached;
    },
  };
}

/** The library of the machine that answers at the address of Plex. */
function createCurrentLibrary({ plex, cache }: LibraryParts): CurrentLibrary {
  const { client, connectionId: connection } = plex;
  const address = cache.scope({ connection, machine: '', audience: 'PUBLIC' });
  async function reach<Result>(work: () => Promise<Result>): Promise<Result> {
    if (!(await plex.isUsable())) throw new UpstreamUnavailable(AWAY);
    return work().catch((error: unknown) => Promise.reject(toldAs(error)));
  }
  let isAway = false;
  function open(machine: string): PlexLibrary {
    return createPlexLibrary({
      plex: client,
      cache: staleWhile(() => isAway, cache.scope({ connection, machine, audience: 'PUBLIC' })),
      reach,
      toldAs: (error) => toldAs(error) as Error,
      once: createSingleFlight().run,
    });
  }
  let last: { machine: string; library: PlexLibrary } | undefined;
  return async () => {
    const load = async () => ({
      isUsable: await plex.isUsable(),
      machine: (await plex.machineId()) ?? (await reach(() => client.identify())).machineId,
    });
    const { value, stale } = await address.read({ ...MACHINE, load });
    const { machine } = value;
    isAway = stale || !value.isUsable;
    if (last?.machine !== machine) last = { machine, library: open(machine) };
    return last;
  };
}

/** How what is in Plex is fetched by its global id. */
function createNodeFetchers(
  parts: LibraryResolverParts,
  resolvers: { library: LibraryResolver; collection: CollectionResolver },
) {
  const { current, loaders: make, present } = parts;
  const fetcher = (
    kind: Parameters<typeof idPrefix>[0],
    type: string,
    load: NodeFetcher<OperationContext>['load'],
  ): NodeFetcher<OperationContext> => ({ prefix: idPrefix(kind), type, load });

  return [
    fetcher('library', 'Library', (id) => resolvers.library.byId(id)),
    fetcher('collection', 'Collection', (id, context) => resolvers.collection.byId(id, context)),
    fetcher('item', 'MediaItem', async (id, { loaders }) => {
      const { machine } = await current();
      const [key] = keysOf('item', machine, id) ?? [];
      const item = key === undefined ? null : await loaders.use(make.createItemLoader).load(key);
      return item && present.item(machine, item);
    }),
    fetcher('season', 'Season', async (id, { loaders }) => {
      const { machine } = await current();
      const [key] = keysOf('season', machine, id) ?? [];
      const season = key === undefined ? null : await loaders.use(make.createSeasonLoader).load(key);
      return season && present.season(machine, season);
    }),
  ];
}

/** What a household has, in Plex, and could have, through the request service. */
export function createLibraryFeature(parts: LibraryParts) {
  const { database, clock, log } = parts;
  const memory = createTitleCache(database);
  const overseerr = remembering({ overseerr: parts.overseerr.client, cache: memory, clock, log });
  const titles = createTitleLoaders({ overseerr, cache: memory, isUsable: parts.overseerr.isUsable, clock });
  const pictureUrlOf =
    ({ connectionId }: Service<unknown>) =>
    (path: string | null) =>
      path && parts.pictureUrl(connectionId, path);

  const current = createCurrentLibrary(parts);
  const api: LibraryResolverParts = {
    current,
    loaders: createPlexLoaders(current),
    present: createPresenter(pictureUrlOf(parts.plex)),
    source: parts.plex.connectionId,
  };
  const library = new LibraryResolver(api);
  const collection = new CollectionResolver(api);
  const titlePictureUrl = pictureUrlOf(parts.overseerr);
  const resolvers: ResolverMount[] = [
    [TitleResolver, new TitleResolver(titles, parts.overseerr.connectionId, titlePictureUrl)],
    [LibraryResolver, library],
    [MediaItemResolver, new MediaItemResolver(api)],
    [CollectionResolver, collection],
  ];
  return {
    resolvers,
    access: libraryAccess,
    nodeFetchers: createNodeFetchers(api, { library, collection }),
    /** With the address of their posters on our own origin. */
    titles: { ...titles, pictureUrl: titlePictureUrl },
    /** For the other features: what it says of titles is remembered. */
    overseerr,
    syncAvailability: createAvailabilitySync({ overseerr, cache: memory, clock }),
  };
}

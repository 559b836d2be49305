import type { ResolverMount } from '../../mechanisms/graphql';
import type { Logger } from '../../mechanisms/observability';
import type { Queryable } from '../../mechanisms/postgres';
import type { OverseerrClient } from '../../upstreams/overseerr';
import { createTitleLoaders, remembering } from './loaders';
import { createAvailabilitySync } from './poller';
import { libraryAccess } from './policy';
import { TitleResolver } from './resolvers';
import { createTitleCache } from './title-cache.read-model';

export interface LibraryParts {
  database: Queryable;
  overseerr: OverseerrClient;
  /** The connection that answers, named in `freshness.source`. */
  connectionId: string;
  isUsable(): Promise<boolean>;
  clock: () => Date;
  log: Logger;
}

/** What a household has and could have: titles through the request service. */
export function createLibraryFeature({ database, connectionId, isUsable, clock, ...parts }: LibraryParts) {
  const cache = createTitleCache(database);
  const overseerr = remembering({ ...parts, cache, clock });
  const titles = createTitleLoaders({ overseerr, cache, isUsable, clock });
  const resolvers: ResolverMount[] = [[TitleResolver, new TitleResolver(titles, connectionId)]];
  return {
    resolvers,
    access: libraryAccess,
    titles,
    /** For the other features: what it says of titles is remembered. */
    overseerr,
    syncAvailability: createAvailabilitySync({ overseerr, cache, clock }),
  };
}
export type LibraryFeature = ReturnType<typeof createLibraryFeature>;

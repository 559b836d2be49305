import type { OverseerrClient } from '../../upstreams/overseerr';
import type { SeenAvailability, TitleCache } from './title-cache.read-model';
import { availabilityOf } from './title';

/** No maximum there; a thousand rows took it under 0.2 s (contracts/overseerr.md 13). */
const PAGE = 1_000;

/** Sweeps what is available at the request service into our cache. Throws UpstreamFailure; an interrupted sweep changes nothing. */
export function createAvailabilitySync(parts: { overseerr: OverseerrClient; cache: TitleCache; clock: () => Date }) {
  const { overseerr, cache, clock } = parts;
  return async (): Promise<void> => {
    const observedAt = clock();
    const seen: SeenAvailability[] = [];
    for (let skip = 0; ; skip += PAGE) {
      const { media, total } = await overseerr.availability(skip, PAGE);
      seen.push(
        ...media.map(({ type, tmdbId, status, status4k }) => ({
          type,
          tmdbId,
          availability: availabilityOf(status),
          availability4k: availabilityOf(status4k),
        })),
      );
      if (skip + PAGE >= total) break;
      if (media.length === 0) throw new Error(`the service says it knows ${total} titles, and shows ${seen.length}`);
    }
    // Two rows of one title can exist there (contracts/overseerr.md 0.13); the last one seen is kept.
    const unique = new Map(seen.map((one) => [`${one.type}:${one.tmdbId}`, one]));
    await cache.replaceAvailability([...unique.values()], observedAt);
  };
}

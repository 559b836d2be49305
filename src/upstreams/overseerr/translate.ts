import { createHash } from 'node:crypto';
import type {
  UpstreamIdentity,
  UpstreamMedia,
  UpstreamMediaStatus,
  UpstreamRequest,
  UpstreamRequestStatus,
  UpstreamTitle,
} from './overseerr';
import type { MediaShape, MovieShape, RequestShape, TvShape } from './shapes';

/**
 * One table serves all three products: where they differ a number is missing (COMPLETED, BLOCKLISTED and DELETED are
 * unknown to Overseerr), none means two things. Seerr's own OpenAPI file says 6 is DELETED; its code and its answers do not.
 */
const MEDIA_STATUS: Record<number, UpstreamMediaStatus> = {
  1: 'UNKNOWN',
  2: 'PENDING',
  3: 'PROCESSING',
  4: 'PARTIALLY_AVAILABLE',
  5: 'AVAILABLE',
  6: 'BLOCKLISTED',
  7: 'DELETED',
};
const REQUEST_STATUS: Record<number, UpstreamRequestStatus> = {
  1: 'PENDING',
  2: 'APPROVED',
  3: 'DECLINED',
  4: 'FAILED',
  5: 'COMPLETED',
};

/** Our words for what it says. A number that no table has is UNKNOWN, and `strange` is told of it: no reason to fail, but somebody should know. */
export function createTranslation(strange: (what: string) => void) {
  function word<Word>(table: Record<number, Word>, kind: string, wire: number): Word | 'UNKNOWN' {
    const known = table[wire];
    if (known === undefined) strange(`${kind} status ${wire}`);
    return known ?? 'UNKNOWN';
  }
  const mediaStatus = (wire: number): UpstreamMediaStatus => word(MEDIA_STATUS, 'media', wire);

  function toRequest(wire: RequestShape): UpstreamRequest {
    return {
      id: wire.id,
      status: word(REQUEST_STATUS, 'request', wire.status),
      is4k: wire.is4k,
      createdAt: wire.createdAt,
      requestedByUserId: wire.requestedBy?.id ?? null,
      seasons: wire.seasons.map((season) => season.seasonNumber),
    };
  }

  function toMedia(wire: MediaShape): UpstreamMedia {
    return {
      id: wire.id,
      status: mediaStatus(wire.status),
      status4k: mediaStatus(wire.status4k),
      plexUrl: webAddress(wire.plexUrl ?? wire.mediaUrl),
      requests: wire.requests.map(toRequest),
    };
  }

  const described = (
    wire: MovieShape | TvShape,
  ): Pick<UpstreamTitle, 'tmdbId' | 'overview' | 'posterPath' | 'media'> => ({
    tmdbId: wire.id,
    overview: wire.overview || null,
    posterPath: wire.posterPath || null,
    media: wire.mediaInfo ? toMedia(wire.mediaInfo) : null,
  });

  return {
    mediaStatus,
    toRequest,
    toMovie: (wire: MovieShape): UpstreamTitle => ({
      type: 'MOVIE',
      title: wire.title || null,
      year: yearOf(wire.releaseDate),
      ...described(wire),
    }),
    toTv: (wire: TvShape): UpstreamTitle => ({
      type: 'TV',
      title: wire.name || null,
      year: yearOf(wire.firstAirDate),
      ...described(wire),
    }),
  };
}
export type Translation = ReturnType<typeof createTranslation>;

/** Told by the keys of the public settings: a version can be `develop-<sha>`, and the title is the operator's to choose. */
export function flavourOf(settings: Record<string, unknown>): UpstreamIdentity['flavour'] {
  if (typeof settings.initialized !== 'boolean') return 'UNKNOWN';
  if ('hideBlocklisted' in settings) return 'SEERR';
  return 'mediaServerType' in settings ? 'JELLYSEERR' : 'OVERSEERR';
}

/** Every installation makes a key pair of its own when it is set up, and shows the public half. */
export function instanceOf({ vapidPublic }: Record<string, unknown>): string | null {
  if (typeof vapidPublic !== 'string' || vapidPublic === '') return null;
  return createHash('sha256').update(vapidPublic).digest('hex').slice(0, 32);
}

/** Ends as a link in somebody's page: nothing but the web may hide behind it. */
function webAddress(url: string | null | undefined): string | null {
  return url && /^https?:\/\//i.test(url) ? url : null;
}

function yearOf(date: string | null | undefined): number | null {
  const year = /^\d{4}/.exec(date ?? '')?.[0];
  return year === undefined ? null : Number(year);
}

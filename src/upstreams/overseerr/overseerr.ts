export type UpstreamMediaStatus =
  'UNKNOWN' | 'PENDING' | 'PROCESSING' | 'PARTIALLY_AVAILABLE' | 'AVAILABLE' | 'BLOCKLISTED' | 'DELETED';
export type UpstreamRequestStatus = 'PENDING' | 'APPROVED' | 'DECLINED' | 'FAILED' | 'COMPLETED' | 'UNKNOWN';

export interface UpstreamRequest {
  id: number;
  status: UpstreamRequestStatus;
  is4k: boolean;
  createdAt: string;
  requestedByUserId: number | null;
  seasons: number[];
}

export interface UpstreamMedia {
  id: number;
  status: UpstreamMediaStatus;
  status4k: UpstreamMediaStatus;
  /** Where the title plays: in Plex, or in the media server that a Seerr is tied to. */
  plexUrl: string | null;
  /** Complete in `title()`; search results carry none. */
  requests: UpstreamRequest[];
}

export interface UpstreamTitle {
  type: 'MOVIE' | 'TV';
  tmdbId: number;
  title: string | null;
  year: number | null;
  overview: string | null;
  posterPath: string | null;
  /** Null: nobody ever requested it, and no scan found it. */
  media: UpstreamMedia | null;
}

/** Persons and collections are left out of `titles`, not of the totals. */
export interface UpstreamSearchPage {
  titles: UpstreamTitle[];
  page: number;
  totalPages: number;
  totalResults: number;
}

export interface AvailabilityPage {
  media: { type: 'MOVIE' | 'TV'; tmdbId: number; status: UpstreamMediaStatus; status4k: UpstreamMediaStatus }[];
  total: number;
}

export interface UpstreamIdentity {
  flavour: 'OVERSEERR' | 'JELLYSEERR' | 'SEERR' | 'UNKNOWN';
  version: string | null;
  /** Of this very installation: from the key pair that it made for web push when it was set up. */
  instanceId: string | null;
}

export interface NewRequest {
  type: 'MOVIE' | 'TV';
  tmdbId: number;
  is4k: boolean;
  /** The Overseerr user it is made for; without one it is the owner's. */
  userId?: number;
  /** Needed for TV. */
  seasons?: number[];
}

export type CreateOutcome =
  | { kind: 'CREATED'; request: UpstreamRequest; mediaId: number | null }
  /** There is one already; the answer has no id: look it up. */
  | { kind: 'CONFLICT' }
  | { kind: 'NOTHING_TO_REQUEST' }
  | {
      kind: 'REJECTED';
      code: 'UPSTREAM_QUOTA' | 'UPSTREAM_PERMISSION' | 'BLOCKLISTED' | 'NO_SUCH_TITLE' | 'INVALID';
      detail: string;
    }
  | {
      kind: 'FAILED';
      cause: 'UNREACHABLE' | 'TIMEOUT' | 'RATE_LIMITED' | 'UPSTREAM_5XX' | 'UNAUTHORIZED';
      certainty: 'NOT_SENT' | 'UNKNOWN';
      detail: string;
      retryAfterMs?: number;
    };

/** All but `createRequest` throw UpstreamFailure, and InvalidInput for an id or page that is no positive integer. */
export interface OverseerrClient {
  /** Whether it lives, what it is, and whether it takes our key. */
  identify(): Promise<UpstreamIdentity>;
  /** Two cheap calls that prove life, key and identity. Throws UpstreamFailure. */
  probe(): Promise<Pick<UpstreamIdentity, 'instanceId'>>;
  /** An empty page may also mean that the upstream cannot reach TMDB: it does not tell them apart. */
  search(query: string, page: number): Promise<UpstreamSearchPage>;
  /** "Unknown id" and "TMDB is down" look alike upstream: both are UPSTREAM_5XX. */
  title(type: 'MOVIE' | 'TV', tmdbId: number): Promise<UpstreamTitle>;
  /** Whether `title` threw this for one of those two. A create tells them apart: it asks TMDB too, and repeats its words. */
  isUndescribed(error: unknown): boolean;
  /** One page of all that the upstream knows of, newest first, whatever its status (its filters overlook 4K). */
  availability(skip: number, take: number): Promise<AvailabilityPage>;
  /** Never throws for what the upstream does: that is its outcome. Never repeat it without a look first. */
  createRequest(input: NewRequest): Promise<CreateOutcome>;
  approveRequest(id: number): Promise<void>;
  retryRequest(id: number): Promise<void>;
  /** Numbers that it has sent since our start and that we know no word for: what carries them stays as it was. */
  strange(): string[];
  /** The picture at a `posterPath`, as the server's image proxy has it; at most 5 MB. Throws InvalidInput for another path. */
  image(posterPath: string): Promise<{ contentType: string; bytes: Buffer }>;
  close(): Promise<void>;
}

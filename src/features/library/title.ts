export type MediaTypeName = 'MOVIE' | 'TV';
export type QualityName = 'STANDARD' | 'UHD_4K';
export type AvailabilityName =
  'UNKNOWN' | 'NOT_AVAILABLE' | 'PENDING' | 'PROCESSING' | 'PARTIALLY_AVAILABLE' | 'AVAILABLE';

/** What we know of a title, from a fresh answer or from our cache. */
export interface KnownTitle {
  type: MediaTypeName;
  tmdbId: number;
  title: string | null;
  year: number | null;
  overview: string | null;
  posterPath: string | null;
  availability: AvailabilityName;
  availability4k: AvailabilityName;
  plexUrl: string | null;
  observedAt: Date;
}

export interface TitleId {
  type: MediaTypeName;
  tmdbId: number;
}

export function titleKey({ type, tmdbId }: TitleId): string {
  return `${type.toLowerCase()}:${tmdbId}`;
}

const STATES: Record<string, AvailabilityName> = {
  PENDING: 'PENDING',
  PROCESSING: 'PROCESSING',
  PARTIALLY_AVAILABLE: 'PARTIALLY_AVAILABLE',
  AVAILABLE: 'AVAILABLE',
};

/** The request service's media status as availability; null: it knows nothing of the title, so it is not there. */
export function availabilityOf(status: string | null | undefined): AvailabilityName {
  return STATES[status ?? ''] ?? 'NOT_AVAILABLE';
}

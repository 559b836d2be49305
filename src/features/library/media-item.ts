import type { PlexCollection, PlexItem, PlexSection } from '../../upstreams/plex';
import type { MediaTypeName } from './title';

/** What we keep of a film or series in a library: plain JSON, so that it fits any cache. */
export interface KnownItem {
  ratingKey: string;
  sectionId: string;
  type: MediaTypeName;
  title: string;
  year: number | null;
  posterPath: string | null;
  /** Milliseconds since 1970. */
  addedAt: number | null;
  durationMs: number | null;
  tmdbId: number | null;
  /** Titles, as Plex tells them. */
  collections: string[];
}

export interface KnownSeason {
  ratingKey: string;
  /** 0: specials, and what has no number. */
  number: number;
  title: string;
  episodeCount: number;
}

export type KnownSection = PlexSection;
export type KnownCollection = Pick<PlexCollection, 'ratingKey' | 'title' | 'itemCount' | 'posterPath'> & {
  sectionId: string;
};

/** Null for what is no film or series, or stands in no library. */
export function knownItem(item: PlexItem, sectionId = item.sectionId): KnownItem | null {
  if ((item.kind !== 'MOVIE' && item.kind !== 'SHOW') || sectionId === null) return null;
  const { ratingKey, title, year, posterPath, durationMs, tmdbId, collections } = item;
  const type = item.kind === 'MOVIE' ? 'MOVIE' : 'TV';
  const addedAt = item.addedAt?.getTime() ?? null;
  return { ratingKey, sectionId, type, title, year, posterPath, addedAt, durationMs, tmdbId, collections };
}

/** Null for what is no season. */
export function knownSeason({ kind, ratingKey, index, title, leafCount }: PlexItem): KnownSeason | null {
  return kind === 'SEASON' ? { ratingKey, number: index ?? 0, title, episodeCount: leafCount ?? 0 } : null;
}

export function knownCollection(collection: PlexCollection, sectionId: string): KnownCollection {
  const { ratingKey, title, itemCount, posterPath } = collection;
  return { ratingKey, title, itemCount, posterPath, sectionId };
}

import type { ImageType, UpstreamFailure } from '../../mechanisms/http';

export type PlexKind = 'MOVIE' | 'SHOW' | 'SEASON' | 'EPISODE';

export interface PlexIdentity {
  flavour: 'PLEX';
  /** The one who answers; another one behind the same address is another server. */
  machineId: string;
  version: string | null;
}

export interface PlexSection {
  id: string;
  title: string;
  type: 'MOVIE' | 'SHOW' | 'MUSIC' | 'OTHER';
  /** Another number: something in it is another than before. Null when Plex does not count. */
  changes: number | null;
}

/** A film, show, season or episode. A rating key is Plex' own and not stable: a library made anew has others. */
export interface PlexItem {
  ratingKey: string;
  kind: PlexKind | 'OTHER';
  title: string;
  year: number | null;
  summary: string | null;
  durationMs: number | null;
  addedAt: Date | null;
  updatedAt: Date | null;
  /** Fit for `image()`; changes with the picture, so what it shows may be kept for ever. */
  posterPath: string | null;
  artPath: string | null;
  /** Absent for what Plex did not match. */
  tmdbId: number | null;
  tvdbId: number | null;
  imdbId: string | null;
  sectionId: string | null;
  /** The show of a season, the season of an episode. */
  parentRatingKey: string | null;
  /** Number of the season or episode; 0 are the specials. */
  index: number | null;
  /** Episodes of a show or season. */
  leafCount: number | null;
  /** Seasons of a show. */
  childCount: number | null;
  /** Titles of the collections it is in: Plex tells no keys here, they are in `collections()` of the section. */
  collections: string[];
}

export interface PlexCollection {
  ratingKey: string;
  title: string;
  summary: string | null;
  itemCount: number | null;
  posterPath: string | null;
  /** Made by a rule: its films do not tell of it. */
  smart: boolean;
}

export interface PlexPage<T> {
  items: T[];
  /** Of the whole list. */
  total: number;
  /** Where the next page begins; null at the end. Rows without a rating key are left out, so it may lie further than `items` are many. */
  next: number | null;
}

/** `take` is 1 to 500. */
export interface PlexRange {
  skip: number;
  take: number;
}

export interface PlexItemsQuery extends PlexRange {
  sectionId: string;
  kind: PlexKind;
  sort?: 'TITLE' | 'ADDED' | 'YEAR';
  /** A part of the title, in any case. */
  titleContains?: string;
}

export interface PlexImage {
  contentType: ImageType;
  bytes: Buffer;
}

/** Bounds of the box that an image is made to fill. */
export interface PlexImageSize {
  width: number;
  height: number;
}

/** What was found under an id: null when Plex has no such item (or hides it from this token), a failure when it could not tell. */
export type PlexLookup = PlexItem | UpstreamFailure | null;

/**
 * One Plex Media Server, seen with one token. Every method throws UpstreamFailure, and InvalidInput for what is no id, page or
 * path. An upstream's failure never looks like an empty list.
 */
export interface PlexClient {
  /** Who answers, and whether it takes our token: two cheap calls, which say that it lives too. */
  identify(): Promise<PlexIdentity>;
  sections(): Promise<PlexSection[]>;
  /** One page of a section, with the titles of the collections, without cast. A sweep of all seasons is `kind: 'SEASON'` to the end. */
  items(query: PlexItemsQuery): Promise<PlexPage<PlexItem>>;
  /** At most 50 ids, one call. Every id has an entry. A sick item fails alone: Plex stalls a whole batch for it, so the batch is halved then. */
  metadata(ratingKeys: readonly string[]): Promise<ReadonlyMap<string, PlexLookup>>;
  /** Seasons of a show, episodes of a season. */
  children(ratingKey: string, range: PlexRange): Promise<PlexPage<PlexItem>>;
  collections(sectionId: string, range: PlexRange): Promise<PlexPage<PlexCollection>>;
  collectionItems(ratingKey: string, range: PlexRange): Promise<PlexPage<PlexItem>>;
  /** The picture at a `posterPath` or `artPath`; with a size Plex scales it. At most 10 MB. */
  image(path: string, size?: PlexImageSize): Promise<PlexImage>;
  close(): Promise<void>;
}

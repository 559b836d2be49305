/** What a Plex server has, before it is told in its words. Times are epoch seconds, as Plex counts. */

export interface Film {
  key: number;
  title: string;
  year: number;
  minutes: number;
  genres: readonly string[];
  collection: string | null;
  tmdbId: number;
  addedAt: number;
}

export interface Show {
  key: number;
  title: string;
  year: number;
  genres: readonly string[];
  tmdbId: number;
  tvdbId: number;
  addedAt: number;
  seasons: readonly Season[];
}

export interface Season {
  key: number;
  number: number;
  /** Episode 1 has the key after this one's place in the keys of episodes. */
  firstEpisodeKey: number;
  episodes: number;
}

export interface Collection {
  key: number;
  title: string;
  films: readonly Film[];
}

/** A title that came into the library while the simulators ran. */
export interface Arrival {
  type: 'MOVIE' | 'TV';
  tmdbId: number;
  /** Of a series. */
  seasons: readonly number[];
  at: Date;
}

/** A list that is made row by row, only as far as it is looked at. */
export interface Rows<T> {
  total: number;
  slice(start: number, end: number): T[];
}

export const rowsOf = <T>(list: readonly T[]): Rows<T> => ({
  total: list.length,
  slice: (start, end) => list.slice(start, end),
});

export const mapRows = <T, U>({ total, slice }: Rows<T>, to: (row: T) => U): Rows<U> => ({
  total,
  slice: (start, end) => slice(start, end).map(to),
});

/** Plex sorts without the article. */
export const sortTitle = (title: string): string => title.replace(/^(The|A|An) /, '');

export const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);
/** When the household filled its library. */
export const FILLED_AT = seconds(new Date('2025-03-01T00:00:00Z'));

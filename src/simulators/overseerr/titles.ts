/** The titles the server can ask about: what TMDB is to the real one. */

/** The server is well, but what it asks about titles answers 500. */
export type OwnFault = 'TMDB_DOWN';

export interface MovieTitle {
  tmdbId: number;
  title: string;
  /** ISO date, or empty when TMDB knows none. */
  releaseDate: string;
  posterPath: string | null;
  overview: string;
  runtime: number;
  genres: string[];
  imdbId: string | null;
}

export interface ShowTitle {
  tmdbId: number;
  tvdbId: number | null;
  name: string;
  firstAirDate: string;
  posterPath: string | null;
  overview: string;
  genres: string[];
  seasons: { seasonNumber: number; episodeCount: number }[];
}

export type Hit =
  | { mediaType: 'movie'; title: MovieTitle }
  | { mediaType: 'tv'; title: ShowTitle }
  /** People and collections, word for word: they are found and shown, nothing else. */
  | { mediaType: 'other'; result: Readonly<Record<string, unknown>> };

export interface Catalogue {
  movies: readonly MovieTitle[];
  shows: readonly ShowTitle[];
  others: readonly { query: string; result: Readonly<Record<string, unknown>> }[];
}

export interface SearchPage {
  page: number;
  totalPages: number;
  totalResults: number;
  hits: Hit[];
}

export interface Titles {
  movie(tmdbId: number): MovieTitle;
  show(tmdbId: number): ShowTitle;
  search(query: string, page: number): SearchPage;
  /** The title whose poster is at this path. */
  ofPoster(posterPath: string): { title: string; year?: number };
}

/** TMDB's refusal: 404 for an id it does not know, 500 when it is down. */
export class TitleUnavailable extends Error {
  constructor(readonly status: number) {
    super(`Request failed with status code ${status}`);
    this.name = 'TitleUnavailable';
  }
}

const PAGE_SIZE = 20;

export function createTitles(catalogue: Catalogue, isDown: () => boolean): Titles {
  function known<T extends { tmdbId: number }>(titles: readonly T[], tmdbId: number): T {
    if (isDown()) throw new TitleUnavailable(500);
    const title = titles.find((one) => one.tmdbId === tmdbId);
    if (!title) throw new TitleUnavailable(404);
    return title;
  }
  return {
    movie: (tmdbId) => known(catalogue.movies, tmdbId),
    show: (tmdbId) => known(catalogue.shows, tmdbId),
    ofPoster(posterPath) {
      if (isDown()) throw new TitleUnavailable(500);
      const shown = [
        ...catalogue.movies.map(({ title, releaseDate, posterPath: at }) => ({ title, date: releaseDate, at })),
        ...catalogue.shows.map(({ name: title, firstAirDate, posterPath: at }) => ({ title, date: firstAirDate, at })),
      ].find(({ at }) => at === posterPath);
      if (!shown) throw new TitleUnavailable(404);
      return { title: shown.title, ...(shown.date && { year: Number(shown.date.slice(0, 4)) }) };
    },
    search(query, page) {
      if (isDown()) throw new TitleUnavailable(500);
      const wanted = query.toLowerCase();
      const found: Hit[] = [
        ...catalogue.movies
          .filter(({ title }) => title.toLowerCase().includes(wanted))
          .map((title): Hit => ({ mediaType: 'movie', title })),
        ...catalogue.shows
          .filter(({ name }) => name.toLowerCase().includes(wanted))
          .map((title): Hit => ({ mediaType: 'tv', title })),
        ...catalogue.others
          .filter((other) => other.query === wanted)
          .map(({ result }): Hit => ({ mediaType: 'other', result })),
      ];
      return {
        page,
        totalPages: Math.max(1, Math.ceil(found.length / PAGE_SIZE)),
        totalResults: found.length,
        hits: page < 1 ? [] : found.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE),
      };
    },
  };
}

import type { MovieTitle } from '../titles';

/** No title at themoviedb.org has such a number. */
export const FIRST_INVENTED_MOVIE = 800_000_000;

/** Movies that nobody made and the library does not have: `tmdbId` from FIRST_INVENTED_MOVIE on. */
export const inventedMovies = (count: number): MovieTitle[] =>
  Array.from({ length: count }, (_none, index) => ({
    tmdbId: FIRST_INVENTED_MOVIE + index,
    title: `Invented Film ${index + 1}`,
    releaseDate: '2001-01-01',
    posterPath: null,
    overview: 'Nobody made it.',
    runtime: 90,
    genres: ['Drama'],
    imdbId: null,
  }));

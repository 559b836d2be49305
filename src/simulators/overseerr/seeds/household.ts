import type { HouseholdMovie, HouseholdShow } from '../../world';
import { household } from '../../world';
import { Permission } from '../permissions';
import type { State } from '../state';
import { MediaStatus, nextId, timestamp } from '../state';
import type { MovieTitle, ShowTitle } from '../titles';
import type { Seed } from './seed';
import { emptyState, user } from './seed';

const slug = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

const movieTitle = (movie: HouseholdMovie): MovieTitle => ({
  tmdbId: movie.tmdbId,
  title: movie.title,
  releaseDate: `${movie.year}-01-01`,
  posterPath: `/${slug(movie.title)}-${movie.tmdbId}.svg`,
  overview: `${movie.title} (${movie.year}), ${movie.genres.join(', ').toLowerCase()}.`,
  runtime: movie.runtimeMinutes,
  genres: movie.genres,
  imdbId: null,
});

const showTitle = (show: HouseholdShow): ShowTitle => ({
  tmdbId: show.tmdbId,
  tvdbId: show.tvdbId,
  name: show.title,
  firstAirDate: `${show.year}-01-01`,
  posterPath: `/${slug(show.title)}-${show.tmdbId}.svg`,
  overview: `${show.title} (${show.year}), ${show.genres.join(', ').toLowerCase()}.`,
  genres: show.genres,
  seasons: show.episodesPerSeason.map((episodeCount, index) => ({ seasonNumber: index + 1, episodeCount })),
});

/** What the household's library holds, as a scan of the media server would have left it. */
function scanLibrary(state: State, createdAt: string): void {
  for (const { tmdbId } of household.movies.filter((movie) => movie.inLibrary)) {
    const row = {
      id: nextId(state, 'media'),
      mediaType: 'movie' as const,
      tmdbId,
      tvdbId: null,
      seasons: [],
      createdAt,
    };
    state.media.push({ ...row, status: MediaStatus.AVAILABLE, status4k: MediaStatus.UNKNOWN });
  }
  for (const show of household.shows.filter(({ seasonsInLibrary }) => seasonsInLibrary.length > 0)) {
    const isWhole = show.seasonsInLibrary.length === show.episodesPerSeason.length;
    state.media.push({
      id: nextId(state, 'media'),
      mediaType: 'tv',
      tmdbId: show.tmdbId,
      tvdbId: show.tvdbId,
      status: isWhole ? MediaStatus.AVAILABLE : MediaStatus.PARTIALLY_AVAILABLE,
      status4k: MediaStatus.UNKNOWN,
      seasons: show.seasonsInLibrary.map((seasonNumber) => ({
        id: nextId(state, 'mediaSeason'),
        seasonNumber,
        status: MediaStatus.AVAILABLE,
        status4k: MediaStatus.UNKNOWN,
        createdAt,
      })),
      createdAt,
    });
  }
}

export const householdSeed: Seed = {
  name: 'household',
  catalogue: {
    movies: household.movies.map(movieTitle),
    shows: household.shows.map(showTitle),
    others: [],
  },
  availableAfterMs: household.fulfilment.availableAfterMs,
  initialState(now) {
    const createdAt = timestamp(now);
    const state = emptyState(
      household.accounts.map(({ name, role, overseerrUserId }) =>
        user({
          id: overseerrUserId,
          username: name,
          email: `${name}@household.test`,
          permissions: role === 'ADMIN' ? Permission.ADMIN : Permission.REQUEST,
          createdAt,
        }),
      ),
    );
    scanLibrary(state, createdAt);
    return state;
  },
};

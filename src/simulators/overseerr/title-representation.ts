import type { Json } from './representation';
import type { Hit, MovieTitle, ShowTitle } from './titles';

/** What TMDB would tell of a title. Nobody reads the cast of a simulator, but the keys are there and filled. */
const genreIds: Readonly<Record<string, number>> = {
  Action: 28,
  Adventure: 12,
  Animation: 16,
  Comedy: 35,
  Crime: 80,
  Drama: 18,
  Fantasy: 14,
  Horror: 27,
  Mystery: 9648,
  'Sci-Fi & Fantasy': 10765,
  'Science Fiction': 878,
  Thriller: 53,
};
const genreId = (name: string): number => genreIds[name] ?? 0;
const genresJson = (names: string[]): Json[] => names.map((name) => ({ id: genreId(name), name }));

const backdropOf = (posterPath: string | null): string | null =>
  posterPath === null ? null : `/bd${posterPath.slice(1)}`;

const company = { id: 1, name: 'Made-up Pictures', originCountry: 'US', logoPath: null };
const country = { iso_3166_1: 'US', name: 'United States of America' };
const credits = {
  cast: [
    {
      castId: 1,
      character: 'Lead',
      creditId: 'c1',
      id: 1,
      name: 'Some Actor',
      order: 0,
      gender: 0,
      profilePath: '/a.jpg',
    },
  ],
  crew: [
    {
      creditId: 'c2',
      department: 'Directing',
      id: 2,
      job: 'Director',
      name: 'Some Director',
      gender: 0,
      profilePath: '/d.jpg',
    },
  ],
};
const watchProviders = [
  {
    iso_3166_1: 'US',
    link: 'https://watch.invalid/',
    buy: [],
    flatrate: [{ displayPriority: 0, logoPath: '/l.jpg', id: 1, name: 'Made-up Stream' }],
  },
];
const externalIds = (ids: { imdbId: string | null; tvdbId?: number | null }): Json => ({
  facebookId: null,
  freebaseId: null,
  freebaseMid: null,
  instagramId: null,
  tvrageId: null,
  twitterId: null,
  ...ids,
});
const votes = { popularity: 61.4, voteAverage: 8.4 };

function movieHit(movie: MovieTitle): Json {
  return {
    id: movie.tmdbId,
    mediaType: 'movie',
    adult: false,
    genreIds: movie.genres.map(genreId),
    originalLanguage: 'en',
    originalTitle: movie.title,
    overview: movie.overview,
    ...votes,
    voteCount: 27280,
    releaseDate: movie.releaseDate,
    title: movie.title,
    video: false,
    backdropPath: backdropOf(movie.posterPath),
    posterPath: movie.posterPath,
  };
}

function showHit(show: ShowTitle): Json {
  return {
    id: show.tmdbId,
    mediaType: 'tv',
    firstAirDate: show.firstAirDate,
    genreIds: show.genres.map(genreId),
    name: show.name,
    originCountry: ['US'],
    originalLanguage: 'en',
    originalName: show.name,
    overview: show.overview,
    ...votes,
    voteCount: 22000,
    backdropPath: backdropOf(show.posterPath),
    posterPath: show.posterPath,
  };
}

export function hitJson(hit: Hit): Json {
  if (hit.mediaType === 'other') return { ...hit.result };
  return hit.mediaType === 'movie' ? movieHit(hit.title) : showHit(hit.title);
}

/** `mediaInfo` is left out, not null, for what nobody ever requested or scanned. */
export function movieJson(movie: MovieTitle, mediaInfo: Json | undefined): Json {
  const release = { certification: 'R', descriptors: [], iso_639_1: '', note: '', type: 3 };
  return {
    id: movie.tmdbId,
    adult: false,
    budget: 63000000,
    genres: genresJson(movie.genres),
    relatedVideos: [
      { site: 'YouTube', key: 'made-up', name: 'Trailer', size: 1080, type: 'Trailer', url: 'https://video.invalid/' },
    ],
    originalLanguage: 'en',
    originalTitle: movie.title,
    productionCompanies: [company],
    productionCountries: [country],
    releaseDate: movie.releaseDate,
    releases: {
      results: [
        {
          iso_3166_1: 'US',
          release_dates: [{ ...release, release_date: `${movie.releaseDate || '2020-01-01'}T00:00:00.000Z` }],
        },
      ],
    },
    revenue: 100853753,
    spokenLanguages: [{ english_name: 'English', iso_639_1: 'en', name: 'English' }],
    status: 'Released',
    title: movie.title,
    video: false,
    ...votes,
    voteCount: 27280,
    backdropPath: backdropOf(movie.posterPath),
    homepage: '',
    imdbId: movie.imdbId,
    overview: movie.overview,
    posterPath: movie.posterPath,
    runtime: movie.runtime,
    tagline: '',
    credits,
    externalIds: externalIds({ imdbId: movie.imdbId }),
    ...(mediaInfo ? { mediaInfo } : {}),
    watchProviders,
    keywords: [{ id: 1, name: 'made up' }],
    onUserWatchlist: false,
  };
}

/** Season n is dated n - 1 years after the first: real dates are not known here. */
function seasonsJson(show: ShowTitle): Json[] {
  const [year, ...day] = show.firstAirDate.split('-');
  return show.seasons.map(({ seasonNumber, episodeCount }) => ({
    airDate: [Number(year) + seasonNumber - 1, ...day].join('-'),
    episodeCount,
    id: show.tmdbId * 100 + seasonNumber,
    name: seasonNumber === 0 ? 'Specials' : `Season ${seasonNumber}`,
    overview: '',
    seasonNumber,
    posterPath: show.posterPath,
  }));
}

function lastEpisodeJson(show: ShowTitle, lastAirDate: unknown): Json {
  const last = show.seasons.at(-1);
  return {
    id: show.tmdbId * 1000,
    airDate: lastAirDate,
    episodeNumber: last?.episodeCount ?? 1,
    name: 'Finale',
    overview: '',
    productionCode: '',
    seasonNumber: last?.seasonNumber ?? 1,
    showId: show.tmdbId,
    voteAverage: 4.7,
    voteCount: 346,
    stillPath: null,
  };
}

export function showJson(show: ShowTitle, mediaInfo: Json | undefined): Json {
  const seasons = seasonsJson(show);
  const aired = show.seasons.filter(({ seasonNumber }) => seasonNumber > 0);
  const lastAirDate = seasons.at(-1)?.airDate ?? show.firstAirDate;
  return {
    createdBy: [{ id: 3, credit_id: 'c3', name: 'Some Author', gender: 0, profile_path: '/c.jpg' }],
    episodeRunTime: [60],
    firstAirDate: show.firstAirDate,
    genres: genresJson(show.genres),
    relatedVideos: [],
    homepage: '',
    id: show.tmdbId,
    inProduction: false,
    languages: ['en'],
    lastAirDate,
    name: show.name,
    networks: [{ id: 4, name: 'Made-up Network', originCountry: 'US', logoPath: '/n.png' }],
    numberOfEpisodes: aired.reduce((sum, { episodeCount }) => sum + episodeCount, 0),
    numberOfSeasons: aired.length,
    originCountry: ['US'],
    originalLanguage: 'en',
    originalName: show.name,
    tagline: '',
    overview: show.overview,
    productionCompanies: [company],
    productionCountries: [country],
    contentRatings: { results: [{ descriptors: [], iso_3166_1: 'US', rating: 'TV-MA' }] },
    spokenLanguages: [{ englishName: 'English', iso_639_1: 'en', name: 'English' }],
    seasons,
    status: 'Ended',
    type: 'Scripted',
    ...votes,
    voteCount: 22000,
    backdropPath: backdropOf(show.posterPath),
    lastEpisodeToAir: lastEpisodeJson(show, lastAirDate),
    posterPath: show.posterPath,
    credits,
    externalIds: externalIds({ imdbId: null, tvdbId: show.tvdbId }),
    keywords: [{ id: 1, name: 'made up' }],
    ...(mediaInfo ? { mediaInfo } : {}),
    watchProviders,
    onUserWatchlist: false,
  };
}

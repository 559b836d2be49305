import { timestamp } from '../state';
import type { MovieTitle, ShowTitle } from '../titles';
import type { Seed } from './seed';
import { emptyState, user } from './seed';

/** The start state of the laboratory in which the real servers were recorded. Where only a year was recorded, the day is made up. */
const movie = (tmdbId: number, title: string, rest: Partial<MovieTitle> = {}): MovieTitle => ({
  tmdbId,
  title,
  releaseDate: '',
  posterPath: null,
  overview: `About ${title}.`,
  runtime: 120,
  genres: ['Drama', 'Thriller'],
  imdbId: null,
  ...rest,
});

const known: MovieTitle[] = [
  movie(550, 'Fight Club', {
    releaseDate: '1999-10-15',
    posterPath: '/pB8BM7pdSp6B6Ih7QZ4DrQ3PmJK.jpg',
    imdbId: 'tt0137523',
  }),
  movie(603, 'The Matrix', {
    releaseDate: '1999-03-31',
    posterPath: '/f89U3ADr1oiB1s9GkdPOEpXUk5H.jpg',
    imdbId: 'tt0133093',
  }),
  movie(604, 'The Matrix Reloaded', { releaseDate: '2003-05-15', posterPath: '/9TGHDvWrqKBzwDxDodHYXEmOE6J.jpg' }),
  movie(605, 'The Matrix Revolutions', { releaseDate: '2003-11-05', posterPath: '/t1wm4PgOQ8e4z1C6tk1yDNrps4T.jpg' }),
  movie(27205, 'Inception', { releaseDate: '2010-07-15', posterPath: '/ljsZTbVsrQSqZgWeep2B1QiDKuh.jpg' }),
  movie(157336, 'Interstellar', { releaseDate: '2014-01-01', posterPath: '/gEU2QniE6E77NI6lCU6MxlNBvIx.jpg' }),
  movie(680, 'Pulp Fiction', {
    releaseDate: '1994-09-10',
    posterPath: '/d5iIlFn5s0ImszYzBPb8JPIfbXD.jpg',
    imdbId: 'tt0110912',
  }),
  movie(13, 'Forrest Gump', { releaseDate: '1994-01-01', posterPath: '/arw2vcBveWOVZr6pxd9XTd1TdQa.jpg' }),
  movie(155, 'The Dark Knight', { releaseDate: '2008-01-01', posterPath: '/qJ2tW6WMUDux911r6m7haRef0WH.jpg' }),
  movie(900010, 'Lab Movie Without Release Date', { runtime: 0 }),
  movie(900011, 'Lab Movie Five Seconds Slow', { releaseDate: '2020-01-01' }),
  movie(900012, 'Lab Movie With "Quotes" & <Angles> $& {{image}}', {
    releaseDate: '2021-01-01',
    posterPath: '/lab.jpg',
  }),
];

const twoDigits = (n: number): string => String(n).padStart(2, '0');
const fillers = Array.from({ length: 45 }, (_, n) =>
  movie(910_000 + n, `Lab Filler Movie ${twoDigits(n)}`, { releaseDate: `20${twoDigits(n % 24)}-01-01` }),
);

const show = (
  tmdbId: number,
  name: string,
  rest: Pick<ShowTitle, 'tvdbId' | 'firstAirDate'> & { episodes: Record<number, number> },
): ShowTitle => ({
  tmdbId,
  name,
  tvdbId: rest.tvdbId,
  firstAirDate: rest.firstAirDate,
  posterPath: `/p${tmdbId}.jpg`,
  overview: `About ${name}.`,
  genres: ['Sci-Fi & Fantasy', 'Drama'],
  seasons: Object.entries(rest.episodes).map(([seasonNumber, episodeCount]) => ({
    seasonNumber: Number(seasonNumber),
    episodeCount,
  })),
});

const shows: ShowTitle[] = [
  show(1399, 'Game of Thrones', {
    tvdbId: 121361,
    firstAirDate: '2011-04-17',
    episodes: { 0: 53, 1: 10, 2: 10, 3: 10, 4: 10, 5: 10, 6: 10, 7: 7, 8: 6 },
  }),
  show(1396, 'Breaking Bad', {
    tvdbId: 81189,
    firstAirDate: '2008-01-01',
    episodes: { 0: 9, 1: 7, 2: 13, 3: 13, 4: 13, 5: 16 },
  }),
  show(94605, 'Arcane', { tvdbId: 371028, firstAirDate: '2021-01-01', episodes: { 1: 9, 2: 9 } }),
  show(66732, 'Stranger Things', { tvdbId: 305288, firstAirDate: '2016-01-01', episodes: { 1: 8, 2: 9 } }),
  show(900020, 'Lab Series Without TVDB Id', { tvdbId: null, firstAirDate: '2022-05-05', episodes: { 1: 6, 2: 6 } }),
];

const person = {
  id: 287,
  name: 'Matrix Person (lab)',
  popularity: 11.2,
  adult: false,
  mediaType: 'person',
  profilePath: '/p.jpg',
  knownFor: [
    {
      id: 550,
      mediaType: 'movie',
      adult: false,
      genreIds: [18, 53],
      originalLanguage: 'en',
      originalTitle: 'Fight Club',
      overview: 'About Fight Club.',
      popularity: 61.4,
      releaseDate: '1999-10-15',
      title: 'Fight Club',
      video: false,
      voteAverage: 8.4,
      voteCount: 27280,
      backdropPath: '/bdpB8BM7pdSp6B6Ih7QZ4DrQ3PmJK.jpg',
      posterPath: '/pB8BM7pdSp6B6Ih7QZ4DrQ3PmJK.jpg',
    },
  ],
};

const collection = {
  id: 2344,
  mediaType: 'collection',
  adult: false,
  originalLanguage: 'en',
  originalTitle: 'The Matrix Collection',
  title: 'The Matrix Collection',
  overview: 'Lab collection.',
  backdropPath: '/cb.jpg',
  posterPath: '/c.jpg',
};

const accounts = [
  { id: 1, username: 'admin', permissions: 2 },
  { id: 2, username: 'alice', permissions: 32 },
  { id: 3, username: 'bob', permissions: 0 },
  { id: 4, username: 'carol', permissions: 160 },
  {
    id: 5,
    username: 'dave',
    permissions: 4195360,
    movieQuotaLimit: 1,
    movieQuotaDays: 7,
    tvQuotaLimit: 2,
    tvQuotaDays: 7,
  },
  { id: 6, username: 'erin', permissions: 16 },
];

export const lab: Seed = {
  name: 'lab',
  catalogue: {
    movies: [...known, ...fillers],
    shows,
    others: [person, collection].map((result) => ({ query: 'matrix', result })),
  },
  initialState: (now) =>
    emptyState(
      accounts.map((account) => user({ ...account, email: `${account.username}@lab.test`, createdAt: timestamp(now) })),
    ),
};

import { createPlexBench, list } from './testing';
import type { PlexBench } from './testing';
import type { PlexItem } from './plex';

let bench: PlexBench;
beforeEach(() => void (bench = createPlexBench()));
afterEach(() => bench.close());

const range = { skip: 0, take: 50 };

async function read(row: object): Promise<PlexItem> {
  const plex = await bench.answering(list([row], { totalSize: 1 }));
  const { items } = await plex.items({ sectionId: '1', kind: 'MOVIE', ...range });
  return items[0]!;
}

const bare = { ratingKey: '1', type: 'movie' };
const nothing: PlexItem = {
  ...{ ratingKey: '1', kind: 'MOVIE', title: '', year: null, summary: null, durationMs: null, addedAt: null },
  ...{ updatedAt: null, posterPath: null, artPath: null, tmdbId: null, tvdbId: null, imdbId: null, sectionId: null },
  ...{ parentRatingKey: null, index: null, leafCount: null, childCount: null, collections: [] },
};

it('a whole film', async () => {
  const film = {
    ...{
      ratingKey: '12',
      type: 'movie',
      title: 'A Film',
      guid: 'plex://movie/5d',
      year: 1999,
      summary: 'What happens.',
    },
    ...{ duration: 8_160_000, addedAt: 1_700_000_000, updatedAt: 1_700_000_060, librarySectionID: 1 },
    ...{ thumb: '/library/metadata/12/thumb/17', art: '/library/metadata/12/art/17' },
    Guid: [{ id: 'imdb://tt0133093' }, { id: 'tmdb://603' }, { id: 'tvdb://169' }],
    Collection: [{ tag: 'One' }, { tag: 'Two' }],
  };
  expect(await read(film)).toEqual({
    ...nothing,
    ...{
      ratingKey: '12',
      title: 'A Film',
      year: 1999,
      summary: 'What happens.',
      durationMs: 8_160_000,
      sectionId: '1',
    },
    ...{ addedAt: new Date(1_700_000_000_000), updatedAt: new Date(1_700_000_060_000) },
    ...{ posterPath: '/library/metadata/12/thumb/17', artPath: '/library/metadata/12/art/17' },
    ...{ tmdbId: 603, tvdbId: 169, imdbId: 'tt0133093', collections: ['One', 'Two'] },
  });
});

it('numbers as text, a single thing for a list, a number for a key', async () => {
  const row = {
    ...{ ratingKey: 12, type: 'show', year: '1999', duration: '60000.4', addedAt: '1700000000', leafCount: '7' },
    ...{ Guid: { id: 'tmdb://603' }, Collection: { tag: 'One' }, librarySectionID: '2' },
  };
  expect(await read(row)).toMatchObject({
    ...{ ratingKey: '12', kind: 'SHOW', year: 1999, durationMs: 60_000, addedAt: new Date(1_700_000_000_000) },
    ...{ leafCount: 7, tmdbId: 603, collections: ['One'], sectionId: '2' },
  });
});

it.each([
  ['nothing', {}],
  ['wrong types', { title: {}, year: [], summary: true, duration: 'x', Guid: 'x', Collection: 7, thumb: 3, guid: {} }],
  [
    'absurd numbers',
    { year: -1, duration: 1e300, addedAt: -5, updatedAt: 99_999_999_999, leafCount: 2 ** 31, index: -1 },
  ],
  [
    'absurd ids',
    { Guid: [{ id: 'tmdb://0' }, { id: 'tmdb://99999999999' }, { id: 'tvdb://x' }, { id: 7 }, null, 'x'] },
  ],
  ['pictures elsewhere', { thumb: 'https://elsewhere/a.jpg', art: '/:/resources/movie.png' }],
  ['fields of later versions', { __proto__: null, constructor: 'x', future: { deep: [1] }, rating: '11' }],
])('%s is an item with nothing in it', async (_what, more) => {
  expect(await read({ ...bare, ...more })).toEqual(nothing);
});

it('a type that nobody knows yet passes, and a row without a key does not stop the others', async () => {
  const plex = await bench.answering(list([{ type: 'movie' }, { ...bare, type: 'hologram' }, null as never]));
  const { items } = await plex.items({ sectionId: '1', kind: 'MOVIE', ...range });
  expect(items).toEqual([{ ...nothing, kind: 'OTHER' }]);
});

it.each([
  ['com.plexapp.agents.themoviedb://603?lang=en', 'movie', { tmdbId: 603 }],
  ['com.plexapp.agents.imdb://tt0111161?lang=en', 'movie', { imdbId: 'tt0111161' }],
  ['com.plexapp.agents.thetvdb://74205?lang=en', 'show', { tvdbId: 74_205 }],
  ['com.plexapp.agents.hama://tvdb-123?lang=en', 'show', { tvdbId: 123 }],
  ['com.plexapp.agents.thetvdb://74205/1?lang=en', 'season', {}],
  ['com.plexapp.agents.none://603?lang=xn', 'movie', {}],
  ['local://603', 'movie', {}],
  ['mbid://603', 'movie', {}],
])('the older guid %s of a %s', async (guid, type, ids) => {
  const { tmdbId, tvdbId, imdbId } = await read({ ...bare, type, guid });
  expect({ tmdbId, tvdbId, imdbId }).toEqual({ tmdbId: null, tvdbId: null, imdbId: null, ...ids });
});

it('a collection', async () => {
  const row = {
    ...{ ratingKey: '161', type: 'collection', title: 'All of it', summary: '', childCount: '3', smart: '1' },
    thumb: '/library/collections/161/composite/166?width=400&height=600',
  };
  const plex = await bench.answering(list([row, { ...row, ratingKey: '2', childCount: 'x', smart: undefined }]));
  const { items } = await plex.collections('1', range);
  expect(items).toEqual([
    { ratingKey: '161', title: 'All of it', summary: null, itemCount: 3, posterPath: row.thumb, smart: true },
    { ratingKey: '2', title: 'All of it', summary: null, itemCount: null, posterPath: row.thumb, smart: false },
  ]);
});

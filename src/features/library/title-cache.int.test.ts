import type { TestDatabase } from '../../mechanisms/postgres/testing';
import { createTestDatabase, indexesOf, keptPlansOf, shortcomings } from '../../mechanisms/postgres/testing';
import type { KnownTitle } from './title';
import type { TitleCache } from './title-cache.read-model';
import { createTitleCache } from './title-cache.read-model';

let test: TestDatabase;
let cache: TitleCache;
beforeAll(async () => {
  test = await createTestDatabase();
  cache = createTitleCache(test.database);
});
afterAll(() => test.drop());
beforeEach(() => test.owner.query('truncate title_cache'));

const at = (seconds: number) => new Date(Date.UTC(2026, 4, 1, 10, 0, seconds));
const known = (change: Partial<KnownTitle> = {}): KnownTitle => ({
  type: 'MOVIE',
  tmdbId: 603,
  title: 'The Matrix',
  year: 1999,
  overview: 'A hacker wakes up.',
  posterPath: '/matrix.jpg',
  availability: 'PROCESSING',
  availability4k: 'NOT_AVAILABLE',
  plexUrl: null,
  observedAt: at(10),
  ...change,
});
const read = async (tmdbId = 603, type: KnownTitle['type'] = 'MOVIE') =>
  (await cache.read([{ type, tmdbId }])).get(`${type.toLowerCase()}:${tmdbId}`);

describe('what was said of a title', () => {
  it('is found by an index also where the search for it was planned before anything was said', async () => {
    const kept = await keptPlansOf(test.database, (place) =>
      createTitleCache(place).read([{ type: 'MOVIE', tmdbId: 603 }]),
    );
    expect([indexesOf(kept), shortcomings(kept)]).toEqual([['title_cache_pkey'], []]);
  });

  it('is remembered as it was said, several at once', async () => {
    await cache.remember([known(), known({ type: 'TV', title: 'The Matrix, a series' })]);
    expect(await read()).toEqual(known());
    expect((await read(603, 'TV'))?.title).toBe('The Matrix, a series');
    expect(await read(604)).toBeUndefined();
    await cache.remember([]);
  });

  it('is replaced by what was said later, but a name once known stays', async () => {
    await cache.remember([known()]);
    const later = known({ title: null, year: null, overview: null, posterPath: null, availability: 'AVAILABLE' });
    await cache.remember([{ ...later, plexUrl: 'https://plex.example/1', observedAt: at(11) }]);
    expect(await read()).toEqual(
      known({ availability: 'AVAILABLE', plexUrl: 'https://plex.example/1', observedAt: at(11) }),
    );
  });

  it('is not replaced by what was said before', async () => {
    await cache.remember([known({ availability: 'AVAILABLE' })]);
    await cache.remember([known({ title: 'Matrix', availability: 'PENDING', observedAt: at(9) })]);
    expect(await read()).toEqual(known({ availability: 'AVAILABLE' }));
  });
});

describe('searching what is remembered', () => {
  const names = async (text: string, page: Partial<Parameters<TitleCache['search']>[1]> = {}) =>
    (await cache.search(text, { skip: 0, limit: 10, ...page })).map(({ title }) => title);

  it('finds parts of names, in any case, page by page, of one kind when wanted', async () => {
    await cache.remember([
      known(),
      known({ tmdbId: 604, title: 'The Matrix Reloaded' }),
      known({ tmdbId: 1, title: 'Matrix, the series', type: 'TV' }),
      known({ tmdbId: 2, title: 'Heat' }),
      known({ tmdbId: 3, title: null }),
    ]);
    expect(await names('mAtRiX')).toEqual(['Matrix, the series', 'The Matrix', 'The Matrix Reloaded']);
    expect(await names('matrix', { skip: 1, limit: 1 })).toEqual(['The Matrix']);
    expect(await names('matrix', { type: 'TV' })).toEqual(['Matrix, the series']);
    expect(await names('nothing')).toEqual([]);
  });

  it('takes the text as it is', async () => {
    await cache.remember([known({ title: '100% Wolf_' }), known({ tmdbId: 2, title: 'Heat' })]);
    expect(await names('%')).toEqual(['100% Wolf_']);
    expect(await names('_')).toEqual(['100% Wolf_']);
    expect(await names("'; drop table title_cache; --")).toEqual([]);
  });
});

describe('a sweep over all that is known there', () => {
  const matrix = { type: 'MOVIE', tmdbId: 603 } as const;
  const there = { ...matrix, availability: 'AVAILABLE', availability4k: 'NOT_AVAILABLE' } as const;

  it('changes availability and nothing else, and takes in what was never asked for', async () => {
    await cache.remember([known()]);
    await cache.replaceAvailability([there, { ...there, tmdbId: 604, availability: 'PENDING' }], at(20));
    expect(await read()).toEqual(known({ availability: 'AVAILABLE', observedAt: at(20) }));
    expect(await read(604)).toMatchObject({ title: null, availability: 'PENDING', observedAt: at(20) });
  });

  it.each(['AVAILABLE', 'PROCESSING', 'PENDING', 'PARTIALLY_AVAILABLE'] as const)(
    'what was %s and is not named any more is not there',
    async (availability) => {
      await cache.remember([known({ availability, plexUrl: 'https://plex.example/1' })]);
      await cache.replaceAvailability([{ ...there, tmdbId: 604 }], at(20));
      expect(await read()).toEqual(known({ availability: 'NOT_AVAILABLE', plexUrl: null, observedAt: at(20) }));
      expect(await read(604)).toMatchObject({ availability: 'AVAILABLE' });
    },
  );

  it('the same in 4K alone, and when nothing is named at all', async () => {
    await cache.remember([known({ availability: 'NOT_AVAILABLE', availability4k: 'AVAILABLE' })]);
    await cache.replaceAvailability([], at(20));
    expect(await read()).toMatchObject({ availability: 'NOT_AVAILABLE', availability4k: 'NOT_AVAILABLE' });
  });

  it('overwrites nothing that was seen after it began', async () => {
    await cache.remember([
      known({ observedAt: at(30) }),
      known({ tmdbId: 604, availability: 'AVAILABLE', observedAt: at(30) }),
    ]);
    await cache.replaceAvailability([there], at(20));
    expect(await read()).toEqual(known({ observedAt: at(30) }));
    expect(await read(604)).toMatchObject({ availability: 'AVAILABLE', observedAt: at(30) });
  });
});

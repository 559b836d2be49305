import type { Browsing, Library } from './testing';
import { FILM_LIBRARY, FILMS, LIBRARIES, openBrowsing, PAGE, SHOW_LIBRARY } from './testing';

let browsing: Browsing;
beforeEach(async () => {
  browsing = await openBrowsing();
});
afterEach(() => browsing.close());

describe('lists', () => {
  it.each([10, 33, 50, 100])('are whole and without doubles in pages of %d', async (first) => {
    const films = await browsing.allFilms({ first });
    expect(films).toHaveLength(FILMS);
    expect(new Set(films.map(({ id }) => id)).size).toBe(FILMS);
    expect(films).toEqual(await browsing.allFilms({ first: 50 }));
  });

  it('come in the order that was asked for', async () => {
    const years = (await browsing.allFilms({ orderBy: 'YEAR_DESC' })).map(({ year }) => year);
    expect(years).toEqual([...years].sort((a, b) => b - a));
    const added = (await browsing.allFilms({ orderBy: 'ADDED_DESC' })).map(({ addedAt }) => addedAt);
    expect(added).toEqual([...added].sort().reverse());
  });

  it('are searched in any case', async () => {
    const { items } = await browsing.page(FILM_LIBRARY, { search: ' MATRIX ' });
    expect(items.nodes.length).toBeGreaterThan(0);
    expect(items.totalCount).toBe(items.nodes.length);
    for (const { title } of items.nodes) expect(title).toMatch(/matrix/i);
    expect((await browsing.page(FILM_LIBRARY, { search: 'no such film' })).items).toMatchObject({
      nodes: [],
      totalCount: 0,
    });
  });

  it.each([{ first: 0 }, { first: 101 }, { after: 'made up' }, { search: 'x'.repeat(201) }])(
    'refuse %j',
    async (wrong) => {
      const { errors } = await browsing.ask(PAGE, { id: FILM_LIBRARY, ...wrong });
      expect(errors?.[0]?.originalError).toMatchObject({ code: 'INVALID_INPUT' });
    },
  );

  it('refuse a cursor of another list', async () => {
    const { endCursor: after } = (await browsing.page(FILM_LIBRARY, { first: 5 })).items.pageInfo;
    const own = await browsing.page(FILM_LIBRARY, { first: 5, after });
    expect(own.items.nodes).toEqual((await browsing.page(FILM_LIBRARY, { first: 10 })).items.nodes.slice(5));
    const others = [
      browsing.ask(PAGE, { id: FILM_LIBRARY, after, orderBy: 'YEAR_DESC' }),
      browsing.ask(PAGE, { id: FILM_LIBRARY, after, search: 'matrix' }),
      browsing.ask(PAGE, { id: SHOW_LIBRARY, after }),
      browsing.ask(
        'query ($id: ID!, $after: String) { library(id: $id) { collections(after: $after) { totalCount } } }',
        {
          id: FILM_LIBRARY,
          after,
        },
      ),
      browsing.ask('query ($after: String) { search(query: "matrix", after: $after) { totalCount } }', { after }),
    ];
    for (const { errors } of await Promise.all(others)) {
      expect(errors?.[0]?.originalError).toMatchObject({ code: 'INVALID_INPUT', argumentPath: ['after'] });
    }
  });

  it('of collections lead to their items, and back', async () => {
    const query = /* GraphQL */ `
      query ($id: ID!) {
        library(id: $id) {
          collections(first: 1) {
            nodes {
              id
              title
              itemCount
              items(first: 5) {
                nodes {
                  id
                  title
                  collections {
                    id
                  }
                }
                totalCount
              }
            }
            pageInfo {
              hasNextPage
              endCursor
            }
          }
        }
      }
    `;
    const { library } = await browsing.get<{ library: Library }>(query, { id: FILM_LIBRARY });
    const [collection] = library.collections.nodes;
    expect(collection?.items.nodes.length).toBeGreaterThan(0);
    expect(collection?.items.totalCount).toBe(collection?.itemCount);
    for (const item of collection!.items.nodes) expect(item.collections).toContainEqual({ id: collection!.id });
  });
});

describe('global ids', () => {
  const NODE = 'query ($id: ID!) { node(id: $id) { __typename id } }';
  it('fetch a library, an item, a collection and a season again', async () => {
    const film = (await browsing.allFilms()).find(({ collections }) => collections.length > 0)!;
    const [show] = (await browsing.page(SHOW_LIBRARY)).items.nodes;
    for (const [id, type] of [
      [FILM_LIBRARY, 'Library'],
      [film.id, 'MediaItem'],
      [film.collections[0]!.id, 'Collection'],
      [show!.seasons[0]!.id, 'Season'],
    ] as const) {
      expect(await browsing.get(NODE, { id })).toEqual({ node: { __typename: type, id } });
    }
  });

  it.each([
    'lib_machine-.77',
    'itm_otherone.1',
    'itm_machine-.x',
    'itm_',
    'col_machine-.1',
    'col_machine-.1.9999',
    'sea_machine-.1',
  ])('%s fetches nothing', async (id) => {
    expect(await browsing.get(NODE, { id })).toEqual({ node: null });
  });
});

describe('without Plex', () => {
  it('what was asked before is served, and told as stale', async () => {
    const before = await browsing.page(FILM_LIBRARY);
    const cold = await browsing.get<{ libraries: Library[] }>(LIBRARIES);
    browsing.usable = false;
    await browsing.plex.setFault('DOWN');
    jest.useFakeTimers({
      now: Date.now() + 3_600_000,
      doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'performance'],
    });
    try {
      const after = await browsing.page(FILM_LIBRARY);
      expect(after.items.nodes).toEqual(before.items.nodes);
      expect(after.items.freshness).toEqual({ stale: true, source: 'cache' });
      expect(before.items.freshness).toEqual({ stale: false, source: 'plex' });
      const { libraries } = await browsing.get<{ libraries: Library[] }>(LIBRARIES);
      expect(libraries).toEqual(cold.libraries.map((one) => ({ ...one, freshness: { stale: true, source: 'cache' } })));
    } finally {
      jest.useRealTimers();
    }
  });

  it('what was asked a moment ago is told as stale too, until Plex is back', async () => {
    const doNotFake = ['nextTick', 'setImmediate', 'setTimeout', 'performance'] as const;
    const before = await browsing.page(FILM_LIBRARY);
    for (const [usable, seconds] of [
      [false, 10],
      [true, 20],
    ] as const) {
      browsing.usable = usable;
      jest.useFakeTimers({ now: Date.now() + seconds * 1_000, doNotFake: [...doNotFake] });
      const { items } = await browsing.page(FILM_LIBRARY).finally(() => jest.useRealTimers());
      expect(items).toEqual({ ...before.items, freshness: { stale: !usable, source: usable ? 'plex' : 'cache' } });
    }
  });

  it.each(['DOWN', 'ERROR_500', 'WRONG_SHAPE'] as const)(
    'that is %s, what nobody asked before is an error that says what to do',
    async (fault) => {
      await browsing.plex.setFault(fault);
      const { errors } = await browsing.ask(LIBRARIES);
      expect(errors?.[0]?.originalError).toMatchObject({
        code: 'UPSTREAM_UNAVAILABLE',
        retryable: true,
        message: expect.stringContaining('serverInfo { connections }'),
      });
      await browsing.plex.setFault('NONE');
      expect((await browsing.get<{ libraries: Library[] }>(LIBRARIES)).libraries.length).toBeGreaterThan(1);
    },
  );

  it('another machine has another library under the same keys', async () => {
    const [film] = (await browsing.page(FILM_LIBRARY)).items.nodes;
    browsing.machine = 'other-one-2';
    jest.useFakeTimers({
      now: Date.now() + 10_000,
      doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'performance'],
    });
    try {
      expect(await browsing.get('query ($id: ID!) { node(id: $id) { id } }', { id: film!.id })).toEqual({ node: null });
      const { libraries } = await browsing.get<{ libraries: Library[] }>(LIBRARIES);
      expect(libraries.map(({ id }) => id)).toContain('lib_other-on.1');
    } finally {
      jest.useRealTimers();
    }
  });
});

import type { Browsing, Library } from './testing';
import { FILM_LIBRARY, FILMS, openBrowsing, SHOW_LIBRARY } from './testing';

let browsing: Browsing;
beforeEach(async () => {
  browsing = await openBrowsing();
});
afterEach(() => browsing.close());

describe('calls to Plex', () => {
  it('for a page of 50 films with their collections: at most 3, and none when warm', async () => {
    let films: Library | undefined;
    const cold = await browsing.callsOf(async () => (films = await browsing.page(FILM_LIBRARY)));
    expect(films?.items.nodes).toHaveLength(50);
    expect(films?.itemCount).toBe(FILMS);
    expect(films?.items.nodes.flatMap(({ collections }) => collections).length).toBeGreaterThan(0);
    expect(cold.length).toBeLessThanOrEqual(3);
    expect(await browsing.callsOf(() => browsing.page(FILM_LIBRARY))).toEqual([]);
    expect(await browsing.callsOf(() => browsing.page(FILM_LIBRARY, { first: 20 }))).toEqual([]);
  });

  it('for a page of shows with their seasons: at most 3, and none when warm', async () => {
    let shows: Library | undefined;
    const cold = await browsing.callsOf(async () => (shows = await browsing.page(SHOW_LIBRARY)));
    expect(shows?.items.nodes.length).toBeGreaterThan(1);
    for (const { seasons } of shows!.items.nodes) {
      expect(seasons.length).toBeGreaterThan(0);
      expect(seasons.map(({ number }) => number)).toEqual(
        [...seasons.map(({ number }) => number)].sort((a, b) => a - b),
      );
    }
    expect(cold.length).toBeLessThanOrEqual(3);
    expect(await browsing.callsOf(() => browsing.page(SHOW_LIBRARY))).toEqual([]);
  });

  it('of two who ask the same at once are those of one', async () => {
    const cold = await browsing.callsOf(() =>
      Promise.all([browsing.page(FILM_LIBRARY), browsing.page(FILM_LIBRARY), browsing.page(FILM_LIBRARY)]),
    );
    expect(cold.length).toBeLessThanOrEqual(3);
    const shows = await browsing.callsOf(() => Promise.all([browsing.page(SHOW_LIBRARY), browsing.page(SHOW_LIBRARY)]));
    expect(shows.length).toBeLessThanOrEqual(2);
  });

  it('for 100 ids are two, of 50 each; a missing id is null, and asked for once', async () => {
    const ids = [...(await browsing.allFilms()).slice(0, 99).map(({ id }) => id), 'itm_machine-.999999999'];
    let nodes: ({ id: string } | null)[] = [];
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }';
    const calls = await browsing.callsOf(
      async () => ({ nodes } = await browsing.get<{ nodes: typeof nodes }>(query, { ids })),
    );
    expect(calls).toHaveLength(2);
    for (const path of calls) expect(path.match(/metadata\/([\d,]+|[\d%C]+)/)?.[1]?.split(/,|%2C/)).toHaveLength(50);
    expect(nodes.map((node) => node?.id ?? null)).toEqual([...ids.slice(0, 99), null]);
    expect(await browsing.callsOf(() => browsing.get(query, { ids }))).toEqual([]);
  });
});

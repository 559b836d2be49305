import { startPlexSimulator } from '.';
import type { Arrival, PlexSimulator } from '.';
import { get, rowsOf, TOKEN } from './testing';
import type { Row } from './testing';

let plex: PlexSimulator;
const arrivals: Arrival[] = [];
beforeAll(async () => {
  plex = await startPlexSimulator({ token: TOKEN, items: 2_000, arrivals: () => arrivals });
});
afterAll(() => plex.close());

const films = '/library/sections/1/all?type=1&includeGuids=1';
const shows = '/library/sections/2/all?type=2';

async function read(path: string, range = [0, 50]): Promise<{ rows: Row[]; total: number }> {
  const [start, size] = range;
  const between = path.includes('?') ? '&' : '?';
  const answer = await get(`${plex.url}${path}${between}X-Plex-Container-Start=${start}&X-Plex-Container-Size=${size}`);
  return { rows: rowsOf(answer), total: answer.body.MediaContainer.totalSize! };
}

async function all(path: string): Promise<Row[]> {
  const found: Row[] = [];
  for (;;) {
    const { rows, total } = await read(path, [found.length, 500]);
    found.push(...rows);
    if (found.length >= total || rows.length === 0) return found;
  }
}

it('has as many films as said, no two with one key, one title or one id', async () => {
  const rows = await all(films);
  expect(rows).toHaveLength(2_000);
  expect(new Set(rows.map(({ ratingKey }) => ratingKey)).size).toBe(2_000);
  expect(new Set(rows.map(({ title, year }) => `${title} ${year}`)).size).toBe(2_000);
  expect(new Set(rows.map(({ Guid }) => Guid![1]!.id)).size).toBe(2_000);
});

it('sorts by title without the article, by date of addition and by year', async () => {
  const titles = (await all(`${films}&sort=titleSort:asc`)).map(({ title }) => title.replace(/^(The|A|An) /, ''));
  expect(titles).toEqual([...titles].sort());
  const added = (await all(`${films}&sort=addedAt:desc,titleSort:asc`)).map(({ addedAt }) => -addedAt);
  expect(added).toEqual([...added].sort((a, b) => a - b));
  const years = (await all(`${films}&sort=year:desc`)).map(({ year }) => -year);
  expect(years).toEqual([...years].sort((a, b) => a - b));
  const newestShows = (await all(`${shows}&sort=addedAt:desc`)).map(({ addedAt }) => -addedAt);
  expect(newestShows).toEqual([...newestShows].sort((a, b) => a - b));
});

it('finds a part of a title in any case', async () => {
  const { rows, total } = await read(`${films}&title=mATRix`);
  expect(rows.map(({ title }) => title)).toEqual(['The Matrix', 'The Matrix Reloaded']);
  expect(total).toBe(2);
  expect((await read(`${films}&title=lighthouse`)).total).toBeGreaterThan(10);
  expect(await read(`${films}&title=zzzz`)).toEqual({ rows: [], total: 0 });
});

it('tells of a film by its key as lists do', async () => {
  const { rows } = await read(films, [700, 50]);
  const keys = rows.map(({ ratingKey }) => ratingKey);
  const details = rowsOf(await get(`${plex.url}/library/metadata/${keys.join(',')}`));
  const titleOf = (list: Row[]) => new Map(list.map(({ ratingKey, title }) => [ratingKey, title]));
  expect(new Map([...titleOf(details)].sort())).toEqual(new Map([...titleOf(rows)].sort()));
});

it('collections hold the films that name them, and count them', async () => {
  const collections = await all('/library/sections/1/collections');
  expect(collections.length).toBeGreaterThan(100);
  expect(new Set(collections.map(({ title }) => title)).size).toBe(collections.length);
  const everyFilm = await all(films);
  for (const { ratingKey, title, childCount } of collections.filter((_one, at) => at % 20 === 0)) {
    const items = (await all(`/library/collections/${ratingKey}/children`)).map((one) => one.title).sort();
    const naming = everyFilm.filter(({ Collection }) => Collection?.some(({ tag }) => tag === title));
    expect(items).toEqual(naming.map((one) => one.title).sort());
    expect(childCount).toBe(String(items.length));
  }
});

it('a sweep of the seasons fits its shows, and the episodes their seasons', async () => {
  const everyShow = await all(shows);
  const seasons = await all('/library/sections/2/all?type=3');
  expect(everyShow.length).toBeGreaterThan(50);
  expect(seasons.length).toBeLessThanOrEqual(500);
  for (const show of everyShow) {
    const own = seasons.filter(({ parentRatingKey }) => parentRatingKey === show.ratingKey);
    expect(own).toHaveLength(show.childCount as number);
    expect(own.reduce((sum, { leafCount }) => sum + leafCount!, 0)).toBe(show.leafCount);
  }
  const [season] = seasons;
  const episodes = await all(`/library/metadata/${season!.ratingKey}/children`);
  expect(episodes).toHaveLength(season!.leafCount!);
  expect(await all('/library/sections/2/all?type=4')).toHaveLength(
    everyShow.reduce((sum, { leafCount }) => sum + leafCount!, 0),
  );
});

it('every thumb is a picture with its title, and the original can be had smaller', async () => {
  const [film] = (await read(`${films}&title=reloaded`)).rows;
  const [collection] = (await read('/library/sections/1/collections')).rows;
  const [show] = (await read(shows)).rows;
  for (const { thumb } of [film!, collection!, show!]) {
    const { headers, text } = await get(`${plex.url}${thumb}`);
    expect(headers.get('content-type')).toBe('image/svg+xml');
    expect(text).toMatch(/^<svg [^>]*width="300" height="450".*<\/svg>$/);
  }
  const small = await get(`${plex.url}/photo/:/transcode?url=${encodeURIComponent(film!.thumb)}&width=40&height=60`);
  expect(small.text).toMatch(/^<svg [^>]*width="40" height="60".*Reloaded.*<\/svg>$/);
});

it('leaves away what a client wishes away', async () => {
  const { rows } = await read(`${films}&excludeElements=Media,Role`);
  expect(rows[0]).not.toHaveProperty('Media');
  expect(rows[0]).toHaveProperty('Guid');
});

describe('what arrives', () => {
  afterEach(() => void (arrivals.length = 0));

  it('is the newest film, in its collection too', async () => {
    const before = (await read(`${films}&title=Dune`)).rows.map(({ title }) => title);
    expect(before).not.toContain('Dune');
    arrivals.push({ type: 'MOVIE', tmdbId: 438631, seasons: [], at: new Date('2026-05-01T12:00:00Z') });
    const { rows, total } = await read(`${films}&sort=addedAt:desc,titleSort:asc`);
    expect(rows[0]).toMatchObject({ title: 'Dune', addedAt: Date.UTC(2026, 4, 1, 12) / 1000 });
    expect(total).toBe(2_001);
    const collections = await all('/library/sections/1/collections');
    expect(collections.map(({ title }) => title)).toContain('Dune Collection');
  });

  it('is a series with the seasons that came', async () => {
    arrivals.push({ type: 'TV', tmdbId: 1396, seasons: [2, 1], at: new Date('2026-05-01T12:00:00Z') });
    const { rows } = await read(`${shows}&title=breaking`);
    expect(rows).toMatchObject([{ title: 'Breaking Bad', childCount: 2, leafCount: 20 }]);
    const seasons = await all(`/library/metadata/${rows[0]!.ratingKey}/children?excludeAllLeaves=1`);
    expect(seasons.map(({ title }) => title)).toEqual(['Season 1', 'Season 2']);
  });

  it('is counted as a change of its section, and of no other', async () => {
    const changes = async () => {
      const { body } = await get<{ MediaContainer: { Directory: { key: string; contentChangedAt: number }[] } }>(
        `${plex.url}/library/sections`,
      );
      return body.MediaContainer.Directory.map(({ contentChangedAt }) => contentChangedAt);
    };
    const [films = 0, series = 0] = await changes();
    arrivals.push({ type: 'MOVIE', tmdbId: 438631, seasons: [], at: new Date() });
    expect(await changes()).toEqual([films + 1, series]);
    arrivals.push({ type: 'TV', tmdbId: 1396, seasons: [1], at: new Date() });
    const [, first = 0] = await changes();
    arrivals[1] = { ...arrivals[1]!, seasons: [1, 2] };
    expect([first > series, (await changes())[1]! > first]).toEqual([true, true]);
  });

  it('is nothing new when the household had it', async () => {
    arrivals.push({ type: 'MOVIE', tmdbId: 603, seasons: [], at: new Date() });
    arrivals.push({ type: 'MOVIE', tmdbId: 1, seasons: [], at: new Date() });
    expect((await read(films)).total).toBe(2_000);
  });
});

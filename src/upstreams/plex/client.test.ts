import { InvalidInput, NotFound } from '../../mechanisms/errors';
import { failureOf, json } from '../../mechanisms/http/testing';
import { createPlexBench, list, NOT_FOUND, TOKEN } from './testing';
import type { PlexBench } from './testing';

let bench: PlexBench;
beforeEach(() => void (bench = createPlexBench()));
afterEach(() => bench.close());

const film = (ratingKey: string, more: object = {}): object => ({
  ratingKey,
  type: 'movie',
  title: ratingKey,
  ...more,
});
const all = { sectionId: '1', kind: 'MOVIE', skip: 0, take: 2 } as const;

describe('who answers', () => {
  const who = { MediaContainer: { size: 0, claimed: true, machineIdentifier: 'abc', version: '1.43.2' } };
  const sections = { MediaContainer: { size: 1, Directory: [{ key: '1', type: 'movie', title: 'Films' }] } };

  it('is asked without a proof, and the sections whether they take our token', async () => {
    const tokens: unknown[] = [];
    const plex = await bench.plex(({ url, headers }, response) => {
      tokens.push([url, headers['x-plex-token']]);
      json(response, 200, url === '/identity' ? who : sections);
    });
    expect(await plex.identify()).toEqual({ flavour: 'PLEX', machineId: 'abc', version: '1.43.2' });
    expect(tokens).toEqual(['/identity', '/library/sections'].map((path) => [path, TOKEN]));
  });

  it('is refused by a Plex that takes another token', async () => {
    const plex = await bench.plex(({ url }, response) => {
      if (url === '/identity') return json(response, 200, who);
      response.writeHead(401, { 'content-type': 'text/html' }).end('<h1>401 Unauthorized</h1>');
    });
    expect(await failureOf(plex.identify())).toMatchObject({ failure: 'UNAUTHORIZED' });
  });

  it('is no Plex when it does not say which machine it is', async () => {
    const plex = await bench.answering({ MediaContainer: { size: 0, version: '1' } });
    expect(await failureOf(plex.identify())).toMatchObject({ failure: 'WRONG_SHAPE' });
  });
});

describe('sections', () => {
  it('are read, whatever their type', async () => {
    const rows = ['movie', 'show', 'artist', 'photo', 'to-come'].map((type, at) => ({
      key: `${at}`,
      type,
      title: type,
    }));
    const plex = await bench.answering({ MediaContainer: { size: 5, Directory: rows } });
    const types = ['MOVIE', 'SHOW', 'MUSIC', 'OTHER', 'OTHER'];
    expect(await plex.sections()).toEqual(
      rows.map(({ key, title }, at) => ({ id: key, title, type: types[at], changes: null })),
    );
  });

  it('may be none', async () => {
    expect(await (await bench.answering({ MediaContainer: { size: 0 } })).sections()).toEqual([]);
  });
});

describe('a page', () => {
  it('is asked for from where to how many, in an order without ties, by a part of the title', async () => {
    const plex = await bench.answering(list([film('1'), film('2')], { totalSize: 5, offset: 2 }));
    const page = await plex.items({ ...all, skip: 2, sort: 'ADDED', titleContains: 'the mat' });
    expect(page).toMatchObject({ items: [{ ratingKey: '1' }, { ratingKey: '2' }], total: 5, next: 4 });
    const [asked] = bench.asked;
    expect(asked!.pathname).toBe('/library/sections/1/all');
    expect(Object.fromEntries(asked!.searchParams)).toMatchObject({
      ...{ type: '1', title: 'the mat', sort: 'addedAt:desc,titleSort:asc', includeGuids: '1' },
      ...{ 'X-Plex-Container-Start': '2', 'X-Plex-Container-Size': '2' },
    });
  });

  it.each([
    ['is the last', list([film('1')], { totalSize: 3, offset: 2 }), { total: 3, next: null }],
    ['is empty', list([], { totalSize: 3, offset: 9 }), { total: 3, next: null }],
    ['is shorter than asked', list([film('1')], { totalSize: 9, offset: 2 }), { total: 9, next: 3 }],
    ['lost a row that has no key', list([film('1'), { type: 'movie' }], { totalSize: 9 }), { total: 9, next: 4 }],
    ['says a total below what it shows', list([film('1')], { totalSize: 1 }), { total: 3, next: null }],
  ])('that %s ends where the next begins', async (_what, body, ends) => {
    expect(await (await bench.answering(body)).items({ ...all, skip: 2 })).toMatchObject(ends);
  });

  it('is cut out of the whole list where the server knows no pages', async () => {
    const plex = await bench.answering(list(['1', '2', '3', '4', '5'].map((key) => film(key))));
    const keys = (page: { items: { ratingKey: string }[] }) => page.items.map(({ ratingKey }) => ratingKey);
    const second = await plex.items({ ...all, skip: 2 });
    expect([keys(second), second.total, second.next]).toEqual([['3', '4'], 5, 4]);
    const last = await plex.items({ ...all, skip: 4 });
    expect([keys(last), last.next]).toEqual([['5'], null]);
  });

  it.each([
    ['children', '/library/metadata/7/children', { excludeAllLeaves: '1' }],
    ['collections', '/library/sections/7/collections', {}],
    ['collectionItems', '/library/collections/7/children', { includeGuids: '1' }],
  ] as const)('of %s comes from its own place', async (method, path, query) => {
    const plex = await bench.answering(list([film('1')], { totalSize: 1 }));
    expect((await plex[method]('7', { skip: 0, take: 10 })).items).toHaveLength(1);
    expect(bench.asked[0]!.pathname).toBe(path);
    expect(Object.fromEntries(bench.asked[0]!.searchParams)).toMatchObject({ ...query, 'X-Plex-Container-Size': '10' });
  });

  it('leaves out "All episodes" that a show counts among its seasons', async () => {
    const season = { ...film('9'), type: 'season', index: 0, parentRatingKey: '7', leafCount: 3 };
    const body = { MediaContainer: { size: 2, Directory: [{ title: 'All episodes' }], Metadata: [season] } };
    const { items } = await (await bench.answering(body)).children('7', { skip: 0, take: 50 });
    expect(items).toMatchObject([{ kind: 'SEASON', index: 0, parentRatingKey: '7', leafCount: 3 }]);
  });

  it('of something that is not there is NotFound, in the words of Plex only', async () => {
    const missing = await bench.plex((_request, response) => {
      response.writeHead(404, { 'content-type': 'text/html', 'x-plex-protocol': '1.0' }).end(NOT_FOUND);
    });
    await expect(missing.children('7', { skip: 0, take: 1 })).rejects.toBeInstanceOf(NotFound);
    const proxy = await bench.plex((_request, response) => {
      response.writeHead(404, { 'content-type': 'text/html' }).end(NOT_FOUND);
    });
    expect(await failureOf(proxy.children('7', { skip: 0, take: 1 }))).toMatchObject({ failure: 'WRONG_SHAPE' });
  });

  it.each([
    { sectionId: '../1' },
    { sectionId: '' },
    { skip: -1 },
    { skip: 0.5 },
    { take: 0 },
    { take: 501 },
    { take: NaN },
  ])('of %p is not asked for', async (wrong) => {
    const plex = await bench.answering(list([]));
    await expect(plex.items({ ...all, ...wrong })).rejects.toBeInstanceOf(InvalidInput);
    expect(bench.asked).toEqual([]);
  });
});

import { startPlexSimulator } from '.';
import type { PlexSimulator } from '.';
import { differences, get, rowsOf, shape, TOKEN } from './testing';

/**
 * The rows of contracts/recordings/REPLAY.md, section 6, compared by keys and types. Left out is what the household does not have (items that Plex did
 * not match, empty collections) and what nobody does to it (writes, plex.tv).
 */

let plex: PlexSimulator;
beforeAll(async () => {
  plex = await startPlexSimulator({ token: TOKEN, items: 300 });
});
afterAll(() => plex.close());

const page = 'X-Plex-Container-Start=1&X-Plex-Container-Size=50';
const FILM = '1000';
const GENERATED_FILM = '1000007';
const SHOW = '2001';
const SEASON = '10051';
const EPISODE = '105101';
const COLLECTION = '890000';

it.each([
  ['identity', '/identity'],
  ['server-root', '/'],
  ['sections', '/library/sections'],
  ['section', '/library/sections/1'],
  ['films-page', `/library/sections/1/all?type=1&includeGuids=1&${page}`],
  ['films-page', `/library/sections/1/all?type=1&${page}`],
  ['films-count', '/library/sections/1/all?type=1&X-Plex-Container-Start=0&X-Plex-Container-Size=0'],
  ['shows-unpaged', '/library/sections/2/all?type=2'],
  ['episodes-page', `/library/sections/2/all?type=4&${page}`],
  ['film', `/library/metadata/${FILM}`],
  ['film', `/library/metadata/${GENERATED_FILM}`],
  ['show', `/library/metadata/${SHOW}`],
  ['episode', `/library/metadata/${EPISODE}`],
  ['seasons', `/library/metadata/${SHOW}/children`],
  ['seasons-without-all-episodes', `/library/metadata/${SHOW}/children?excludeAllLeaves=1`],
  ['episodes', `/library/metadata/${SEASON}/children`],
  ['all-leaves-page', `/library/metadata/${SHOW}/allLeaves?X-Plex-Container-Start=0&X-Plex-Container-Size=3`],
  ['collections', `/library/sections/1/collections?${page}`],
  ['collection', `/library/collections/${COLLECTION}`],
  [
    'collection-items',
    `/library/collections/${COLLECTION}/children?includeGuids=1&X-Plex-Container-Start=0&X-Plex-Container-Size=9`,
  ],
])('%s is told as recorded: GET %s', async (name, path) => {
  const { status, body } = await get(`${plex.url}${path}`);
  expect(status).toBe(200);
  expect(differences(shape(name), body)).toEqual([]);
});

it('what differs is found', async () => {
  const { body } = await get(`${plex.url}/library/metadata/${FILM}`);
  const [row] = body.MediaContainer.Metadata!;
  const { title: _title, ...rest } = { ...row!, year: '1999', extra: 1 };
  const broken = { MediaContainer: { ...body.MediaContainer, Metadata: [rest] } };
  expect(differences(shape('film'), broken)).toEqual([
    '.MediaContainer.Metadata[0].title: missing',
    '.MediaContainer.Metadata[0].extra: extra',
    '.MediaContainer.Metadata[0].year: number expected, string found',
  ]);
});

describe('errors are pages, whatever was accepted', () => {
  it.each([
    [401, '/library/sections', { 'x-plex-token': 'another' }],
    [401, '/', { 'x-plex-token': '' }],
    [404, '/library/metadata/999999', {}],
    [404, '/library/metadata/999999,888888', {}],
    [404, '/library/sections/9/all', {}],
    [404, '/library/nothing', {}],
    [404, '/library/metadata/999999/thumb/1', {}],
    [400, '/photo/:/transcode?url=http%3A%2F%2Felsewhere&width=10&height=10', {}],
    [400, `/photo/:/transcode?url=%2Flibrary%2Fmetadata%2F${FILM}%2Fthumb%2F1&width=x&height=10`, {}],
  ])('%i for %s', async (status, path, headers) => {
    const answer = await get(`${plex.url}${path}`, headers);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('text/html');
    expect(answer.headers.get('x-plex-protocol')).toBe('1.0');
    expect(answer.text).toMatch(
      new RegExp(`^<html><head>.*<title>.+</title></head><body><h1>${status} .+</h1></body></html>$`),
    );
  });
});

it('the identity wants no token, and the machine is the same everywhere', async () => {
  const who = await get<{ MediaContainer: { machineIdentifier: string } }>(`${plex.url}/identity`, {
    'x-plex-token': '',
  });
  const root = await get<{ MediaContainer: { machineIdentifier: string } }>(`${plex.url}/`);
  expect(who.body.MediaContainer.machineIdentifier).toBe(root.body.MediaContainer.machineIdentifier);
});

it('a page tells where it is, in body and headers; a list that was not cut does not', async () => {
  const paged = await get(`${plex.url}/library/sections/1/all?type=1`, {
    ...{ 'X-Plex-Container-Start': '10', 'X-Plex-Container-Size': '5' },
  });
  expect(paged.body.MediaContainer).toMatchObject({ size: 5, totalSize: 300, offset: 10 });
  expect(paged.headers.get('x-plex-container-start')).toBe('10');
  expect(paged.headers.get('x-plex-container-total-size')).toBe('300');
  const whole = await get(`${plex.url}/library/sections/1/all?type=1`);
  expect(whole.body.MediaContainer.size).toBe(300);
  expect(whole.body.MediaContainer).not.toHaveProperty('totalSize');
  const beyond = await get(
    `${plex.url}/library/sections/1/all?type=1&X-Plex-Container-Start=300&X-Plex-Container-Size=5`,
  );
  expect(beyond.body.MediaContainer).toMatchObject({ size: 0, totalSize: 300 });
  expect(beyond.body.MediaContainer).not.toHaveProperty('Metadata');
});

it('lists have ids of others only when asked, three of the cast, and no streams', async () => {
  const plain = rowsOf(await get(`${plex.url}/library/sections/1/all?type=1&${page}`))[0] as object;
  expect(plain).not.toHaveProperty('Guid');
  expect((plain as { Role: unknown[] }).Role).toHaveLength(3);
  expect(JSON.stringify(plain)).not.toContain('streamType');
  const withGuids = rowsOf(await get(`${plex.url}/library/sections/1/all?type=1&includeGuids=1&${page}`))[0]!;
  expect(withGuids.Guid).toContainEqual({ id: expect.stringMatching(/^tmdb:\/\/\d+$/) as string });
});

it('several ids come in another order than they were asked for, without those that are not there', async () => {
  const asked = [FILM, SHOW, '999999', EPISODE, FILM];
  const rows = rowsOf(await get(`${plex.url}/library/metadata/${asked.join(',')}`));
  expect(rows.map(({ ratingKey }) => ratingKey)).toEqual([EPISODE, SHOW, FILM]);
});

it('"All episodes" counts among the seasons of a show', async () => {
  const { body } = await get(`${plex.url}/library/metadata/${SHOW}/children`);
  const { size, Metadata = [], Directory = [] } = body.MediaContainer;
  expect([Directory.length, size]).toEqual([1, Metadata.length + 1]);
  const bare = await get(`${plex.url}/library/metadata/${SHOW}/children?excludeAllLeaves=1`);
  expect(bare.body.MediaContainer).toMatchObject({ size: Metadata.length });
  expect(bare.body.MediaContainer).not.toHaveProperty('Directory');
});

it('what nobody asks for in JSON is XML', async () => {
  const { headers } = await get(`${plex.url}/library/sections`, { accept: '*/*' });
  expect(headers.get('content-type')).toMatch(/^text\/xml/);
});

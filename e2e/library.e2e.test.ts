import {
  CollectionsDocument,
  DemoSetFaultDocument,
  DemoUpstreamCallsDocument,
  LibrariesDocument,
  LibraryDocument,
  NodeDocument,
  RequestMediaDocument,
  ServerInfoDocument,
  TitleDocument,
} from '../sdk';
import type { Fault, ItemOrder, LibraryType } from '../sdk';
import { createHouse } from './testing';
import type { Person, Server } from './testing';
import { until } from './watching';

const FILMS = 120;
const house = createHouse({ DEMO_LIBRARY_ITEMS: String(FILMS) });
let server: Server;
let olga: Person;
let ben: Person;

beforeAll(async () => {
  server = await house.start();
  ({ olga, ben } = await server.signIn());
});
afterAll(() => house.leave());

const set = async (fault: Fault) => (await olga.execute(DemoSetFaultDocument, { kind: 'PLEX', fault })).demoSetFault;
const degraded = async () => (await ben.execute(ServerInfoDocument)).serverInfo.degradedFeatures;
async function libraryOf(type: LibraryType): Promise<string> {
  const { libraries } = await ben.execute(LibrariesDocument);
  return libraries.find((library) => library.type === type)?.id ?? '';
}
async function page(more: { first?: number; after?: string; search?: string; orderBy?: ItemOrder } = {}) {
  const { library } = await ben.execute(LibraryDocument, { id: await libraryOf('MOVIE'), first: 50, ...more });
  return library!.items;
}
/** How often Plex was asked for what is in it. */
async function asked(): Promise<number> {
  const { demoUpstreamCalls } = await olga.execute(DemoUpstreamCallsDocument, { kind: 'PLEX', first: 100 });
  return demoUpstreamCalls.filter(({ path }) => /\/(all|collections|metadata|thumb|photo)/.test(path)).length;
}

it('shows the libraries, and in them films and series with their collections and seasons', async () => {
  const { libraries } = await ben.execute(LibrariesDocument);
  expect(libraries.map(({ type, itemCount }) => [type, itemCount > 0])).toEqual([
    ['MOVIE', true],
    ['SHOW', true],
  ]);
  expect(libraries[0]).toMatchObject({ itemCount: FILMS, freshness: { source: 'plex', stale: false } });
  const { nodes, totalCount, pageInfo } = await page();
  expect([nodes.length, totalCount, pageInfo.hasNextPage]).toEqual([50, FILMS, true]);
  const { library: shows } = await ben.execute(LibraryDocument, { id: await libraryOf('SHOW') });
  expect(shows?.items.nodes.every(({ seasons }) => seasons.length > 0)).toBe(true);
  const { library } = await ben.execute(CollectionsDocument, { id: await libraryOf('MOVIE') });
  const [collection] = library!.collections.nodes;
  expect(collection?.items.nodes).toHaveLength(collection?.itemCount ?? -1);
});

it('leads from page to page over every film once, finds a part of a title, and an item by its id', async () => {
  const titles: string[] = [];
  for (let after: string | undefined; ;) {
    const { nodes, pageInfo } = await page(after === undefined ? {} : { after });
    titles.push(...nodes.map(({ title }) => title));
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor ?? '';
  }
  expect([titles.length, new Set(titles).size]).toEqual([FILMS, FILMS]);
  const [found] = (await page({ search: 'matrix reloaded' })).nodes;
  expect(found).toMatchObject({ title: 'The Matrix Reloaded', type: 'MOVIE' });
  const { node } = await ben.execute(NodeDocument, { id: found!.id });
  expect(node).toMatchObject({ __typename: 'MediaItem', id: found!.id });
});

it('shows posters on its own origin to who has their address, and asks Plex for each once', async () => {
  const [film] = (await page({ search: 'reloaded' })).nodes;
  const address = new URL(film?.posterUrl ?? '', server.url);
  expect(address.origin).toBe(new URL(server.url).origin);
  const first = await fetch(address);
  expect([first.status, first.headers.get('content-type')]).toEqual([200, expect.stringContaining('image/svg+xml')]);
  expect(await first.text()).toContain('Reloaded');
  const before = await asked();
  const etag = first.headers.get('etag') ?? '';
  expect((await fetch(address, { headers: { 'if-none-match': etag } })).status).toBe(304);
  expect((await fetch(address)).status).toBe(200);
  expect(await asked()).toBe(before);
  address.pathname = address.pathname.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
  expect((await fetch(address)).status).toBeGreaterThanOrEqual(400);
});

it('while Plex is away shows what it remembers, says that it is stale, and requests go on', async () => {
  const before = await page();
  expect(before.freshness).toMatchObject({ source: 'plex', stale: false });
  expect(await set('DOWN')).toMatchObject({ state: 'DOWN', problem: { code: 'CONNECTION_DOWN' } });
  expect(await degraded()).toEqual(['LIBRARY']);
  const during = await until('it says so', async () => {
    const seen = await page();
    return seen.freshness.stale ? seen : undefined;
  });
  expect(during.nodes.map(({ id }) => id)).toEqual(before.nodes.map(({ id }) => id));
  expect(during.freshness).toMatchObject({ source: 'cache', observedAt: expect.any(String) });
  await expect(page({ search: 'nobody asked for this' })).rejects.toMatchObject({
    code: 'UPSTREAM_UNAVAILABLE',
    message: expect.stringContaining('serverInfo'),
  });
  const { requestMedia } = await ben.execute(RequestMediaDocument, {
    input: { title: { type: 'MOVIE', tmdbId: 550 } },
  });
  expect(requestMedia).toMatchObject({ outcome: 'CREATED', notices: [] });

  expect(await set('NONE')).toMatchObject({ state: 'UP', problem: null });
  expect(await degraded()).toEqual([]);
  await until('it is fresh again', async () => ((await page()).freshness.stale ? undefined : true));
});

it.each([
  ['WRONG_SHAPE', 'DEGRADED', 'CONNECTION_WRONG_SHAPE'],
  ['ERROR_500', 'DOWN', 'CONNECTION_DOWN'],
] as const)('names %s, and is well again', async (fault, state, code) => {
  expect(await set(fault)).toMatchObject({ state, problem: { code } });
  expect(await set('NONE')).toMatchObject({ state: 'UP', problem: null });
});

it('what was asked for and has arrived is found in the library', async () => {
  const arrived = async () => {
    const { title } = await ben.execute(TitleDocument, { type: 'MOVIE', tmdbId: 550 });
    return title?.availability.some(({ state }) => state === 'AVAILABLE') || undefined;
  };
  await until('the arrival', arrived, 60_000);
  expect((await page({ search: 'fight club' })).nodes).toMatchObject([{ title: 'Fight Club', tmdbId: 550 }]);
  expect(server.log()).not.toContain('"level":50');
});

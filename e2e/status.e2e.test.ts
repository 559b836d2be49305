import {
  DemoSetFaultDocument,
  DemoSetMonitorDocument,
  DemoUpstreamCallsDocument,
  NodeDocument,
  RequestMediaDocument,
  ServerInfoDocument,
  ServicesDocument,
  ServiceStatusChangedDocument,
} from '../sdk';
import type { ServiceStatus } from '../sdk';
import { createHouse } from './testing';
import type { Person, Server } from './testing';
import { until, watch } from './watching';

/** The board out of sight for so long is nothing that anybody knows any more. */
const STALE_AFTER_MS = 1_500;
const house = createHouse({ STALE_AFTER_MS: String(STALE_AFTER_MS) });
let server: Server;
let olga: Person;
let ben: Person;

beforeAll(async () => {
  server = await house.start();
  ({ olga, ben } = await server.signIn());
  await board('all up', ({ summary }) => summary.up === 12);
});
afterAll(() => house.leave());

type Board = Awaited<ReturnType<typeof services>>;
const services = async (first = 50, after?: string) =>
  (await ben.execute(ServicesDocument, { first, ...(after === undefined ? {} : { after }) })).services;
/** The board as soon as it is so. */
const board = (what: string, isSo: (board: Board) => boolean) =>
  until(what, async () => {
    const seen = await services();
    return isSo(seen) ? seen : undefined;
  });
const statusOf = ({ nodes }: Board, name: string) => nodes.find((one) => one.name === name)?.status;
const show = async (name: string, status: ServiceStatus) =>
  (await olga.execute(DemoSetMonitorDocument, { name, status })).demoSetMonitor;
const setFault = async (fault: 'DOWN' | 'NONE' | 'WRONG_SHAPE' | 'ERROR_500') =>
  (await olga.execute(DemoSetFaultDocument, { kind: 'UPTIME_KUMA', fault })).demoSetFault;
const position = async () => (await ben.execute(ServerInfoDocument)).serverInfo.position!;
const logins = async () => {
  const { demoUpstreamCalls } = await olga.execute(DemoUpstreamCallsDocument, { kind: 'UPTIME_KUMA', first: 100 });
  return demoUpstreamCalls.filter(({ path }) => path === 'login').length;
};

it('shows the services of the household, how they are and how fresh that is', async () => {
  const { nodes, summary } = await services();
  expect(summary).toEqual({ up: 12, down: 0, unknown: 0, other: 0 });
  expect(nodes.map(({ name }) => name)).toEqual([...nodes.map(({ name }) => name)].sort());
  expect(nodes).toContainEqual(
    expect.objectContaining({
      name: 'Plex',
      status: 'UP',
      message: '200 - OK',
      freshness: { observedAt: expect.any(String), source: 'uptime-kuma', stale: false },
    }),
  );
  const { serverInfo } = await ben.execute(ServerInfoDocument);
  expect(serverInfo.connections).toContainEqual(
    expect.objectContaining({ kind: 'UPTIME_KUMA', simulated: true, version: '2.5.3', state: 'UP', problem: null }),
  );
  expect(serverInfo.projections!.map(({ name }) => name)).toContain('service-view');
});

it('pages by name, and finds a service by its id', async () => {
  const first = await services(5);
  const second = await services(7, first.pageInfo.endCursor ?? '');
  expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
  expect([...first.nodes, ...second.nodes]).toHaveLength(12);
  const { node } = await ben.execute(NodeDocument, { id: first.nodes[0]?.id ?? '' });
  expect(node).toMatchObject({ __typename: 'Service' });
});

it('counts checks, and says how often it was up', async () => {
  const { nodes } = await board('counted checks', ({ nodes: all }) => all.every(({ uptime }) => uptime.checks > 0));
  expect(nodes.find(({ name }) => name === 'Router')).toMatchObject({
    uptime: { ratio: 1, avgPingMs: 4 },
    responseTimeMs: 4,
  });
});

it('tells a change live, and what hangs on it goes with it', async () => {
  const updates = watch(ben.subscribe(ServiceStatusChangedDocument, { after: await position() }));
  expect(await show('NAS', 'DOWN')).toMatchObject({ name: 'NAS', status: 'DOWN' });
  await updates.first(
    'Tautulli down',
    ({ serviceStatusChanged: { service, change } }) => service.name === 'Tautulli' && change.to === 'DOWN',
  );
  expect((await services()).summary).toMatchObject({ up: 5, down: 7 });
  await show('NAS', 'UP');
  await updates.first(
    'Tautulli up',
    ({ serviceStatusChanged: { service, change } }) => service.name === 'Tautulli' && change.to === 'UP',
  );
  await board('all up', ({ summary }) => summary.up === 12);
  await updates.first('the last of them', () => updates.seen.length >= 14);
  expect(updates.seen).toHaveLength(14);
  await updates.stop();
});

it.each<ServiceStatus>(['MAINTENANCE', 'PENDING', 'PAUSED'])('shows %s', async (status) => {
  expect(await show('Home Assistant', status)).toMatchObject({ status });
  expect((await services()).summary.other).toBe(1);
  expect(await show('Home Assistant', 'UP')).toMatchObject({ status: 'UP' });
});

it('refuses what no monitor can show, and who may not', async () => {
  await expect(show('Plex', 'UNKNOWN')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(show('Nobody', 'UP')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(ben.execute(DemoSetMonitorDocument, { name: 'Plex', status: 'DOWN' })).rejects.toMatchObject({
    code: 'FORBIDDEN',
  });
});

it('who was away hears what was missed, in order, of the one service that was asked for', async () => {
  const id = (await services()).nodes.find(({ name }) => name === 'Router')?.id ?? '';
  const away = await position();
  await show('Router', 'DOWN');
  await show('Plex', 'MAINTENANCE');
  await show('Router', 'UP');
  await show('Plex', 'UP');
  const updates = watch(ben.subscribe(ServiceStatusChangedDocument, { id, after: away }));
  await updates.first('up again', ({ serviceStatusChanged: { change } }) => change.to === 'UP');
  expect(updates.seen.map(({ serviceStatusChanged: { change } }) => [change.from, change.to])).toEqual([
    ['UP', 'DOWN'],
    ['DOWN', 'UP'],
  ]);
  await updates.stop();
});

it('when nobody sees the board any more, says so of all of it at once, and nothing else', async () => {
  await show('Sonarr', 'DOWN');
  const before = await position();
  const updates = watch(ben.subscribe(ServiceStatusChangedDocument, { after: before }));
  expect(await setFault('DOWN')).toMatchObject({ state: 'DOWN', problem: { code: 'CONNECTION_DOWN' } });
  const { nodes, summary } = await board('nothing known', (seen) => seen.summary.unknown === 12);
  expect(summary).toEqual({ up: 0, down: 0, unknown: 12, other: 0 });
  for (const { status, since, freshness } of nodes) {
    expect(status).toBe('UNKNOWN');
    expect(freshness).toEqual({ observedAt: since, source: 'uptime-kuma', stale: true });
  }
  await updates.first('the last', () => updates.seen.length === 12);
  const { serverInfo } = await ben.execute(ServerInfoDocument);
  expect(serverInfo.degradedFeatures).toEqual(['STATUS']);

  const { requestMedia } = await ben.execute(RequestMediaDocument, {
    input: { title: { type: 'MOVIE', tmdbId: 550 } },
  });
  expect(requestMedia).toMatchObject({ outcome: 'CREATED', problems: [], notices: [] });

  expect(await setFault('NONE')).toMatchObject({ state: 'UP', problem: null });
  const back = await board('all known', (seen) => seen.summary.unknown === 0);
  expect(back.summary).toMatchObject({ up: 11, down: 1 });
  expect(statusOf(back, 'Sonarr')).toBe('DOWN');
  expect(back.nodes.every(({ freshness }) => !freshness.stale)).toBe(true);
  await updates.first('the last', () => updates.seen.length === 24);
  const changes = updates.seen.map(({ serviceStatusChanged: { change } }) => change);
  expect(changes.slice(0, 12).every(({ to }) => to === 'UNKNOWN')).toBe(true);
  expect(changes.slice(12).every(({ from }) => from === 'UNKNOWN')).toBe(true);
  await updates.stop();
  await show('Sonarr', 'UP');
});

it.each([
  ['WRONG_SHAPE', 'DEGRADED', 'CONNECTION_WRONG_SHAPE'],
  ['ERROR_500', 'DOWN', 'CONNECTION_DOWN'],
] as const)('names %s, and is well again', async (fault, state, code) => {
  expect(await setFault(fault)).toMatchObject({ state, problem: { code } });
  // On a busy machine a look may not have its answer in time.
  const well = await until('well again', async () => {
    const seen = await setFault('NONE');
    return seen?.state === 'UP' ? seen : undefined;
  });
  expect(well).toMatchObject({ problem: null });
  await board('all up', ({ summary }) => summary.up === 12);
});

it('one that is too slow to answer stays down until it answers, and nothing of it is lost', async () => {
  const slow = { kind: 'UPTIME_KUMA', fault: 'SLOW', delayMs: 60_000 } as const;
  for (let looks = 0; looks < 2; looks += 1)
    expect((await olga.execute(DemoSetFaultDocument, slow)).demoSetFault).toMatchObject({
      state: 'DOWN',
      problem: { code: 'CONNECTION_DOWN' },
    });
  expect(await setFault('NONE')).toMatchObject({ state: 'UP', problem: null });
  expect(await show('Router', 'DOWN')).toMatchObject({ status: 'DOWN' });
  expect(await show('Router', 'UP')).toMatchObject({ status: 'UP' });
});

it('what changed while the server was away is shown when it is back, and the password was sent once', async () => {
  await server.stop();
  server = await house.start();
  const [again, token] = [server.as(olga.token), ben.token];
  olga = again;
  ben = server.as(token);
  await board('all up', ({ summary }) => summary.up === 12);
  expect(await logins()).toBe(1);
  expect(server.log()).not.toContain('"level":50');
});

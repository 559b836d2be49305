import { startPlexSimulator } from '.';
import type { PlexSimulator } from '.';
import { get, TOKEN } from './testing';

let plex: PlexSimulator;
beforeEach(async () => void (plex = await startPlexSimulator({ token: TOKEN })));
afterEach(() => plex.close());

const sections = () => get(`${plex.url}/library/sections`);

it('counts what it received by the kind of path, and tells of each call, the newest first', async () => {
  await get(`${plex.url}/identity`, { 'x-plex-token': '' });
  await get(`${plex.url}/library/metadata/1000,1001?X-Plex-Token=${TOKEN}`);
  await get(`${plex.url}/library/metadata/1002`, { 'x-plex-token': 'wrong' });
  expect(plex.counts()).toEqual({ '/identity': 1, '/library/metadata/:ids': 2 });
  expect(plex.calls(2)).toMatchObject([
    { method: 'GET', path: '/library/metadata/1002', status: 401 },
    { method: 'GET', path: '/library/metadata/1000,1001?X-Plex-Token=…', status: 200 },
  ]);
});

it('may be down and come back at its address', async () => {
  await plex.setFault('DOWN');
  await expect(sections()).rejects.toThrow();
  await plex.setFault('NONE');
  expect((await sections()).status).toBe(200);
});

it.each([
  ['ERROR_500', 500, 'text/html'],
  ['WRONG_SHAPE', 200, 'application/json; charset=utf-8'],
] as const)('%s is its answer to everything, to the identity and for pictures too', async (fault, status, type) => {
  await plex.setFault(fault);
  for (const path of ['/identity', '/library/sections', '/library/metadata/1000/thumb/1']) {
    const answer = await get(`${plex.url}${path}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, type]);
    expect(answer.text).not.toContain('MediaContainer');
  }
});

it('waits when it is slow, and cuts who waits when it goes down', async () => {
  await plex.setFault('SLOW', 60_000);
  const waiting = sections();
  const settled = expect(waiting).rejects.toThrow();
  await plex.setFault('DOWN');
  await settled;
  await plex.setFault('SLOW', 30);
  const startedAt = performance.now();
  expect((await sections()).status).toBe(200);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(25);
});

it('may become another server behind the same address', async () => {
  const machine = async () =>
    (await get<{ MediaContainer: { machineIdentifier: string } }>(`${plex.url}/identity`)).body.MediaContainer
      .machineIdentifier;
  const before = await machine();
  plex.setMachineId('another');
  expect([before, await machine()]).toEqual([expect.stringMatching(/^[0-9a-f]{40}$/), 'another']);
});

import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import type { ShownStatus, UptimeKumaSimulator } from './index';
import { startUptimeKumaSimulator } from './index';
import { isImportant } from './beats';
import { household } from '../world';
import { LOGIN, overhear, recordedEvents, shapeOf } from './testing';

/** The demo household, and the switches of the demo. */
let simulator: UptimeKumaSimulator;
let sockets: Socket[] = [];
beforeEach(async () => {
  const { username: user, password } = LOGIN;
  simulator = await startUptimeKumaSimulator({ user, password, checkEveryMs: 0 });
});
afterEach(async () => {
  sockets.forEach((socket) => socket.disconnect());
  sockets = [];
  await simulator.close();
});
function connect() {
  const socket = io(simulator.url, { forceNew: true, transports: ['websocket'], reconnection: false });
  sockets.push(socket);
  const failures: string[] = [];
  socket.on('connect_error', ({ message }) => void failures.push(message));
  return { socket, failures, ...overhear(socket) };
}
const until = async (what: () => boolean) => {
  const deadline = Date.now() + 20_000;
  while (!what()) {
    if (Date.now() > deadline) throw new Error(`did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

it('has the monitors of the household, each with every setting that a real one has, and all of them up', async () => {
  const { said, login } = connect();
  await login();
  const list = said.find(([event]) => event === 'monitorList')?.[1][0] as Record<string, { name: string }>;
  expect(Object.values(list).map(({ name }) => name)).toEqual(household.monitors.map(({ name }) => name));
  const recorded = recordedEvents('07-after-login').find(([event]) => event === 'monitorList')?.[1][0];
  const plain = (recorded as Record<string, object>)['9'];
  const { keyword: _one, notificationIDList: _two, ...shape } = shapeOf(plain) as Record<string, unknown>;
  expect(shapeOf(list['1'])).toMatchObject(shape);
  const histories = said.filter(([event]) => event === 'heartbeatList');
  expect(histories.map(([, [, rows]]) => (rows as { status: number }[]).at(-1)?.status)).toEqual(
    household.monitors.map(() => 1),
  );
});

it.each<[ShownStatus, number]>([
  ['DOWN', 0],
  ['PENDING', 2],
  ['MAINTENANCE', 3],
])('shows a monitor as %s at once', async (shown, status) => {
  const { said, login, heard } = connect();
  await login();
  simulator.setMonitor('Home Assistant', shown);
  await heard('heartbeat');
  expect(said.find(([event]) => event === 'heartbeat')?.[1]).toMatchObject([{ monitorID: 12, status }]);
  expect(simulator.setMonitor('Nobody', 'UP')).toBe(false);
});

it('with the NAS goes all that hangs on it, and comes back with it', async () => {
  const { said, login, heard } = connect();
  await login();
  simulator.setMonitor('NAS', 'DOWN');
  await heard('heartbeat', 7);
  simulator.setMonitor('NAS', 'UP');
  await heard('heartbeat', 14);
  const beats = said
    .filter(([event]) => event === 'heartbeat')
    .map(([, [beat]]) => beat as { monitorID: number; status: number });
  const down = beats.slice(0, 7).map(({ monitorID }) => household.monitors[monitorID - 1]?.name);
  expect(down.sort()).toEqual(['NAS', 'Plex', 'Radarr', 'SABnzbd', 'Sonarr', 'Tautulli', 'qBittorrent']);
  expect(beats.map(({ status }) => status)).toEqual([...Array<number>(7).fill(0), ...Array<number>(7).fill(1)]);
});

it('pauses a monitor: its settings say so, and it is not checked', async () => {
  const { said, login, heard } = connect();
  await login();
  simulator.setMonitor('Plex', 'PAUSED');
  await heard('updateMonitorIntoList');
  simulator.check();
  await heard('heartbeat', 11);
  expect(said.filter(([event]) => event === 'updateMonitorIntoList').at(-1)?.[1]).toMatchObject([
    { 4: { active: false } },
  ]);
  simulator.setMonitor('Plex', 'UP');
  await heard('updateMonitorIntoList', 2);
  expect(said.filter(([event]) => event === 'updateMonitorIntoList').at(-1)?.[1]).toMatchObject([
    { 4: { active: true } },
  ]);
});

it('down: cuts and refuses; and is back on its port', async () => {
  const first = connect();
  await first.login();
  const cut = new Promise<string>((resolve) => void first.socket.on('disconnect', resolve));
  await simulator.setFault('DOWN');
  expect(await cut).toMatch(/transport/);
  const refused = connect();
  await until(() => refused.failures.length > 0);
  await simulator.setFault('NONE');
  await expect(connect().login()).resolves.toMatchObject({ ok: true });
});

it('error 500: no socket, no page', async () => {
  await simulator.setFault('ERROR_500');
  const refused = connect();
  await until(() => refused.failures.length > 0);
  expect((await fetch(simulator.url)).status).toBe(500);
});

it('slow: answers late', async () => {
  await simulator.setFault('SLOW', 200);
  const { login } = connect();
  const began = performance.now();
  await login();
  expect(performance.now() - began).toBeGreaterThan(390);
});

it('down: what waits there is not worked on when it is back', async () => {
  const { socket, login, ask } = connect();
  await login();
  await simulator.setFault('SLOW', 60_000);
  const asked = ask('pauseMonitor', 1);
  asked.catch(() => undefined);
  const page = fetch(`${simulator.url}/dashboard`);
  page.catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await simulator.setFault('DOWN');
  await until(() => !socket.connected);
  await expect(page).rejects.toThrow('fetch failed');
  await simulator.setFault('NONE');
  await until(() => simulator.calls().some(({ path }) => path === 'pauseMonitor'));
  expect(simulator.calls()).toContainEqual(expect.objectContaining({ path: 'pauseMonitor', status: 0 }));
  const again = connect();
  await again.login();
  const list = again.said.find(([event]) => event === 'monitorList')?.[1][0] as Record<string, { active: boolean }>;
  expect(list['1']?.active).toBe(true);
});

it('wrong shape: neither its first word nor its answers are those of an Uptime Kuma', async () => {
  await simulator.setFault('WRONG_SHAPE');
  const { said, ask, login } = connect();
  expect(await login()).toEqual({ surprise: expect.any(String) });
  expect(await ask('getTags')).toEqual({ surprise: expect.any(String) });
  expect(said[0]).toEqual(['info', [[{ surprise: expect.any(String) }]]]);
  expect(await (await fetch(simulator.url)).json()).toHaveProperty('surprise');
});

it('commit then drop: does it, and goes without a word', async () => {
  const { socket, heard, said } = connect();
  await heard('loginRequired');
  await simulator.setFault('COMMIT_THEN_DROP');
  const gone = new Promise((resolve) => void socket.on('disconnect', resolve));
  socket.emit('login', LOGIN, () => said.push(['$answer', []]));
  await gone;
  expect(said.map(([event]) => event)).not.toContain('$answer');
  expect(simulator.calls(1)).toMatchObject([{ method: 'EMIT', path: 'login', status: 0 }]);
});

it.each(['noSuchEvent', '__proto__', '__defineGetter__'])('never answers %s, and goes on', async (event) => {
  const { socket, heard, ask } = connect();
  await heard('loginRequired');
  socket.emit(event, 'anything');
  await ask('needSetup');
  expect(simulator.calls()).toContainEqual(expect.objectContaining({ path: event, status: 0 }));
});

it('keeps a log of what it received, newest first, and no password in it', async () => {
  const { login, ask, heard } = connect();
  await heard('loginRequired');
  await ask('getTags');
  await login();
  await ask('login', { username: 'admin', password: 'wrong' });
  await fetch(`${simulator.url}/dashboard`);
  expect(simulator.calls(5).map(({ method, path, status }) => [method, path, status])).toEqual([
    ['GET', '/dashboard', 200],
    ['EMIT', 'login', 400],
    ['EMIT', 'login', 200],
    ['EMIT', 'getTags', 401],
    ['GET', expect.stringContaining('/socket.io/'), 101],
  ]);
  expect(simulator.calls(1)).toHaveLength(1);
  expect(JSON.stringify(simulator.calls())).not.toContain('password');
});

it.each([
  [undefined, 2, true],
  [1, 0, true],
  [0, 1, true],
  [1, 2, false],
  [2, 1, false],
  [2, 0, true],
  [2, 3, false],
  [3, 2, false],
  [1, 3, true],
  [3, 0, true],
  [0, 0, false],
] as const)('from %s to %s is important: %s', (before, now, important) => {
  expect(isImportant(before, now)).toBe(important);
});

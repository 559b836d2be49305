import { setTimeout as pause } from 'node:timers/promises';
import type { Socket } from 'socket.io-client';
import { io } from 'socket.io-client';
import type { UptimeKumaSimulator, UptimeKumaSimulatorOptions } from './index';
import { startUptimeKumaSimulator } from './index';
import { labSeed, LOGIN, names, overhear, recordedFrames, recordedJson } from './testing';
import { WebSocket } from 'ws';

let simulator: UptimeKumaSimulator;
let sockets: Socket[] = [];
afterEach(async () => {
  sockets.forEach((socket) => socket.disconnect());
  sockets = [];
  await simulator.close();
});

/** The lab, which checks only when it is told to. */
async function start(options: Partial<UptimeKumaSimulatorOptions> = {}): Promise<void> {
  const { username: user, password } = LOGIN;
  simulator = await startUptimeKumaSimulator({ user, password, seed: labSeed(), checkEveryMs: 0, ...options });
}
function connect() {
  const socket = io(simulator.url, { forceNew: true, transports: ['websocket'], reconnection: false });
  sockets.push(socket);
  return { socket, ...overhear(socket) };
}

it('answers the logins as recorded', async () => {
  await start();
  const { heard, ask } = connect();
  await heard('loginRequired');
  let token: unknown;
  for (const { case: name, emit, ack } of recordedJson<{ case: string; emit: unknown[]; ack: object }[]>(
    '03-login.acks',
  )) {
    const [event, given] = emit as [string, Record<string, unknown> | null | string];
    const password = {
      ...(given as object),
      ...((given as typeof LOGIN | null)?.password === 'REDACTED_PASSWORD' && { password: LOGIN.password }),
    };
    const sent = event === 'loginByToken' ? (name === 'token ok' ? token : given) : given && password;
    const answer = ask(event, sent);
    if ('$timeout' in ack)
      await expect(Promise.race([answer.catch(() => 'none'), pause(300, 'none')])).resolves.toBe('none');
    else {
      const got = (await answer) as Record<string, unknown>;
      token = got['token'] ?? token;
      expect({ name, ...got, token: 'token' in got }).toEqual({ name, ...ack, token: 'token' in ack });
    }
  }
}, 20_000);

it('tells the burst to everybody who is in, but info and checks to the one who comes', async () => {
  await start();
  const { heard, said, login } = connect();
  await login();
  const from = said.length;
  await connect().login();
  await heard('statusPageList', 1, from);
  const again = names(await heard('uptime', 3 * 16, from));
  expect(again).toContain('monitorList');
  expect(again).not.toContain('info');
  expect(again).not.toContain('heartbeatList');
});

it('answers the questions as recorded', async () => {
  await start();
  const { said, ask, heard, login } = connect();
  await heard('loginRequired');
  expect(await ask('getMonitorList')).toEqual({ ok: false, msg: 'You are not logged in.' });
  await login();
  const wanted = ['getMonitorList', 'getMonitor', 'getMonitorBeats', 'pauseMonitor', 'resumeMonitor', 'deleteMonitor'];
  const recorded = recordedJson<{ emit: [string, ...unknown[]]; ack: Record<string, unknown> }[]>('20-acks');
  for (const { emit, ack } of recorded.filter(({ emit: [event] }) => wanted.includes(event))) {
    const [event, ...args] = emit;
    const from = said.length;
    const answer = (await ask(event, ...args)) as Record<string, unknown>;
    if (event === 'getMonitorBeats' && answer['ok']) expect(Object.keys(answer)).toEqual(Object.keys(ack));
    else expect(answer).toEqual(ack);
    const list = {
      getMonitorList: 'monitorList',
      pauseMonitor: 'updateMonitorIntoList',
      resumeMonitor: 'updateMonitorIntoList',
    }[event];
    if (list && answer['ok'])
      expect(names(said.slice(from))).toEqual([
        ...names(said.slice(from, -1)).filter((name) => name !== list),
        list,
        `$ack:${event}`,
      ]);
    if (event === 'deleteMonitor')
      expect(names(await heard('deleteMonitorFromList', 1, from))[0]).toBe('$ack:deleteMonitor');
  }
});

it('tells of a group that is switched off nothing but the group; in the next list what is in it is off too', async () => {
  await start();
  const { said, ask, heard, login } = connect();
  await login();
  const activeIn = ([, [list]]: (typeof said)[number]) =>
    Object.fromEntries(
      Object.entries(list as Record<string, { active: boolean; forceInactive: boolean }>)
        .filter(([id]) => ['1', '2', '4', '5'].includes(id))
        .map(([id, { active, forceInactive }]) => [id, [active, forceInactive]]),
    );
  const from = said.length;
  await ask('pauseMonitor', 1);
  const [update] = (await heard('updateMonitorIntoList', 1, from)).filter(
    ([event]) => event === 'updateMonitorIntoList',
  );
  expect(activeIn(update!)).toEqual({ 1: [false, false] });
  await ask('getMonitorList');
  const [list] = said.slice(from).filter(([event]) => event === 'monitorList');
  const [on, off, forced] = [
    [true, false],
    [false, false],
    [false, true],
  ];
  expect(activeIn(list!)).toEqual({ 1: off, 2: forced, 4: forced, 5: on });
  const then = said.length;
  simulator.check(2);
  await heard('heartbeat', 1, then);
});

it('takes what is pushed to a monitor whose group is off, and not what is pushed to one that is off itself', async () => {
  const seed = labSeed();
  const pushed = seed.monitors.find(({ id }) => id === 6)!;
  pushed.parent = 1;
  await start({ seed });
  const { ask, login } = connect();
  await login();
  const push = async () => (await fetch(`${simulator.url}/api/push/${String(pushed.pushToken)}?status=up`)).status;
  await ask('pauseMonitor', 1);
  expect(await push()).toBe(200);
  await ask('pauseMonitor', 6);
  expect(await push()).toBe(404);
});

it('after a restart says nothing until somebody logs in, and still takes the token', async () => {
  await start();
  const before = connect();
  const { token } = (await before.login()) as { token: string };
  const gone = new Promise<void>((resolve) => void before.socket.on('disconnect', () => resolve()));
  await simulator.setFault('DOWN');
  await gone;
  await simulator.setFault('NONE');
  const { said, heard, ask } = connect();
  await heard('loginRequired');
  await pause(50);
  expect(names(said)).toEqual(['info', 'loginRequired']);
  expect(await ask('loginByToken', token)).toEqual({ ok: true });
  expect(names(said)).toContain('heartbeatList');
});

it('loses what is said before it listens', async () => {
  await start({ deafMs: 100 });
  const { socket, heard, login } = connect();
  await new Promise<void>((resolve) => void socket.on('connect', resolve));
  const lost = socket.timeout(500).emitWithAck('login', LOGIN);
  await heard('info');
  await expect(lost).rejects.toThrow('timed out');
  expect(await login()).toMatchObject({ ok: true });
});

it('takes twenty logins a minute, from all together', async () => {
  let now = Date.now();
  await start({ clock: () => new Date(now) });
  const { ask, heard } = connect();
  await heard('loginRequired');
  const { login } = recordedJson<{ login: { n: number; ack: object }[] }>('26-rate-limit');
  for (const { ack } of login.slice(0, 22))
    expect(await ask('login', { username: 'admin', password: 'wrong' })).toEqual(ack);
  expect(await ask('login', LOGIN)).toMatchObject({ ok: false, msg: 'Too frequently, try again later.' });
  now += 60_001;
  expect(await ask('login', LOGIN)).toMatchObject({ ok: true });
});

it('speaks the recorded frames', async () => {
  await start();
  const socket = new WebSocket(`${simulator.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  const frames: string[] = [];
  socket.on('message', (data) => void frames.push(String(data)));
  const form = (frame: string) => frame.replace(/"sid":"[^"]*"/, '"sid":""');
  const sent = recordedFrames();
  for (const { dir, frame } of sent.slice(0, 9)) {
    if (dir !== 'server->client') socket.send(frame);
    else {
      const deadline = Date.now() + 20_000;
      while (frames.length === 0 && Date.now() < deadline) await pause(5);
      expect(form(frames.shift() ?? 'nothing')).toBe(form(frame));
    }
  }
  socket.close();
});

import type { Socket } from 'socket.io-client';
import { io } from 'socket.io-client';
import type { UptimeKumaSimulator, UptimeKumaSimulatorOptions } from './index';
import { seedOf, startUptimeKumaSimulator } from './index';
import type { Said } from './testing';
import { labSeed, LOGIN, names, overhear, recordedEvents, shapeOf } from './testing';

/**
 * Of contracts/recordings/REPLAY.md, section 5, what a login brings to an empty instance and after a restart. The files replay*.test.ts leave out what
 * nobody asks a simulator for here: the first setup (01, 02), /metrics (10, 11), status pages (12 to 15), certificates, and the column of 1.23.17.
 */

let simulator: UptimeKumaSimulator;
let sockets: Socket[] = [];
afterEach(async () => {
  sockets.forEach((socket) => socket.disconnect());
  sockets = [];
  await simulator.close();
});

async function start(options: Partial<UptimeKumaSimulatorOptions>): Promise<void> {
  const { username: user, password } = LOGIN;
  simulator = await startUptimeKumaSimulator({ user, password, checkEveryMs: 0, ...options });
}
function connect() {
  const socket = io(simulator.url, { forceNew: true, transports: ['websocket'], reconnection: false });
  sockets.push(socket);
  return { socket, ...overhear(socket) };
}
/** Lists that go out at once, in no order that counts. */
const TOGETHER =
  /^(monitorTypeList|info|maintenanceList|notificationList|proxyList|dockerHostList|apiKeyList|remoteBrowserList)$/;
const inOrder = (said: Said[]): string[] => {
  const together = names(said).filter((name) => TOGETHER.test(name));
  const first = names(said).findIndex((name) => TOGETHER.test(name));
  const others = names(said).filter((name) => !TOGETHER.test(name));
  return [...others.slice(0, first), ...together.sort(), ...others.slice(first)];
};

it('tells an empty instance as recorded, and wants to know the time zone', async () => {
  const recorded = recordedEvents('04-first-login-empty-instance').filter(([event]) => event !== '$connect');
  const lists = Object.fromEntries(recorded.map(([event, [first]]) => [event, first]));
  const settings = { primaryBaseURL: null, serverTimezone: 'UTC', serverTimezoneOffset: '+00:00' };
  const seed = { ...seedOf([]), settings, lists: lists as never, wantsTimezone: true };
  await start({ seed });
  const { said, login } = connect();
  await login();
  expect(inOrder(said)).toEqual(inOrder(recorded));
  const shapes = (all: Said[]) => all.map(([event, args]) => [event, shapeOf(args)]).sort();
  expect(shapes(said)).toEqual(shapes(recorded));
});

it('brings everything again to who comes back with a token after a restart, as recorded', async () => {
  const all = recordedEvents('27-server-restart-reconnect');
  const from = all.findIndex(
    ([event, [text]]) => event === '$note' && String(text).startsWith('client calls loginByToken'),
  );
  const until = all.slice(from).findIndex(([event]) => event === '$ack:loginByToken');
  const recorded = all.slice(from + 1, from + until + 1);
  const seed = labSeed();
  await start({ seed: { ...seed, monitors: seed.monitors.filter(({ id }) => id !== 16) } }); // deleted by then
  const { token } = (await connect().login()) as { token: string };
  await simulator.setFault('DOWN');
  await simulator.setFault('NONE');
  const { said, heard, ask } = connect();
  await heard('loginRequired');
  const before = said.length;
  await ask('loginByToken', token);
  const averages = ['avgPing', 'uptime']; // taken out of the recording
  expect(inOrder(said.slice(before).filter(([event]) => !averages.includes(event)))).toEqual(inOrder(recorded));
});

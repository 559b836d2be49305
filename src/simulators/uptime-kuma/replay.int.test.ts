import type { Socket } from 'socket.io-client';
import { io } from 'socket.io-client';
import type { UptimeKumaSimulator } from './index';
import { startUptimeKumaSimulator } from './index';
import { conditionOf, Status } from './seed';
import type { Said } from './testing';
import { labSeed, LOGIN, names, overhear, recordedEvents, shapeOf } from './testing';

let simulator: UptimeKumaSimulator;
let sockets: Socket[] = [];
afterEach(async () => {
  sockets.forEach((socket) => socket.disconnect());
  sockets = [];
  await simulator.close();
});

/** The lab, which checks only when it is told to. */
async function start(): Promise<void> {
  const { username: user, password } = LOGIN;
  simulator = await startUptimeKumaSimulator({ user, password, seed: labSeed(), checkEveryMs: 0 });
}
function connect() {
  const socket = io(simulator.url, { forceNew: true, transports: ['websocket'], reconnection: false });
  sockets.push(socket);
  return overhear(socket);
}

/** What follows a note of the recorder, up to the next. */
function recordedAfter(note: string): Said[] {
  const all = recordedEvents('08-live-flip-and-push');
  const from = all.findIndex(([event, [text]]) => event === '$note' && text === note) + 1;
  const length = all.slice(from).findIndex(([event]) => event === '$note');
  return all.slice(from, length < 0 ? undefined : from + length);
}
/** The first recorded beats of a monitor there, each with what belongs to it. */
function recordedBeats(said: Said[], monitorID: number): Said[][] {
  const starts = said.flatMap(([event, [beat]], index) =>
    event === 'heartbeat' && (beat as { monitorID: number }).monitorID === monitorID ? [index] : [],
  );
  return starts.map((index) => {
    const from = said[index - 1]?.[0] === 'maintenanceList' ? index - 1 : index;
    return said.slice(from, index + 5);
  });
}
/** Names, keys and types; of a beat also how it stood and what it said, of an average whose it is and over what. */
const told = (said: Said[]) =>
  said.map(([event, args]) => {
    const { monitorID, status, msg, important } = (args[0] ?? {}) as Record<string, unknown>;
    const values = event === 'heartbeat' ? { monitorID, status, msg, important } : args.slice(0, -1);
    return [event, event === 'maintenanceList' ? 'as seeded' : shapeOf(args), values];
  });

it('tells everything after a login, in the recorded order', async () => {
  await start();
  simulator.check();
  const { said, login } = connect();
  await login();
  const recorded = recordedEvents('07-after-login').filter(([event]) => event !== '$connect' && event !== 'certInfo');
  const isOfMonitor = ([event]: Said) => ['avgPing', 'uptime', 'heartbeatList'].includes(event);
  const lists = (all: Said[]) => all.filter((one) => !isOfMonitor(one));
  expect(names(lists(said)).slice(0, 3)).toEqual(names(lists(recorded)).slice(0, 3));
  expect(names(lists(said)).sort()).toEqual(names(lists(recorded)).sort());
  expect(names(lists(said)).slice(-2)).toEqual(['statusPageList', '$ack:login']);
  const byName = (all: Said[]) =>
    lists(all)
      .map(([event, args]) => [event, shapeOf(args)])
      .sort();
  expect(byName(said)).toEqual(byName(recorded));
  expect(said.find(([event]) => event === 'monitorList')).toEqual(recorded.find(([event]) => event === 'monitorList'));

  const keyOf = ([event, args]: Said) => JSON.stringify([event, ...args.slice(0, event === 'uptime' ? 2 : 1)]);
  expect(said.filter(isOfMonitor).map(keyOf).sort()).toEqual(recorded.filter(isOfMonitor).map(keyOf).sort());
  const histories = (all: Said[]) =>
    all
      .filter(([event]) => event === 'heartbeatList')
      .map(([, [id, rows, overwrite]]) => {
        const last = (rows as { status: number }[]).at(-1);
        return [id, last?.status, last && Object.keys(last).sort(), overwrite];
      });
  const pushed = (id: unknown) => id === '6' || id === '7'; // nothing was pushed here yet
  const ours = histories(said).filter(([id]) => !pushed(id));
  const theirs = histories(recorded).filter(([id]) => !pushed(id));
  expect(ours.sort()).toEqual(theirs.sort());
  expect(histories(said).find(([id]) => id === '13')).toEqual(['13', undefined, undefined, false]);
});

it('sends a live check as recorded: its number, no ping where nothing was measured, and the averages', async () => {
  await start();
  for (const status of [Status.UP, Status.MAINTENANCE]) {
    simulator.setCondition(8, conditionOf(status));
    simulator.check(8);
  }
  const { heard, said, login } = connect();
  await login();
  const steady = recordedAfter('steady state');
  for (const id of [1, 2, 4, 8, 9, 14, 16]) {
    const from = said.length;
    simulator.check(id);
    await heard('uptime', 3, from);
    const [recorded] = recordedBeats(steady, id);
    const here = told(said.slice(from)).filter(([event]) => event !== 'maintenanceList');
    expect(here).toEqual(told(recorded!));
  }
});

it('goes down and comes back as recorded, with and without retries', async () => {
  await start();
  const { heard, said, login } = connect();
  await login();
  const flow = async ([id, status, count, note]: [id: number, status: 0 | 1, count: number, note: string]) => {
    const msg = status === Status.UP ? '200 - OK' : 'Request failed with status code 503';
    simulator.setCondition(id, { ...conditionOf(status), msg });
    for (const recorded of recordedBeats(recordedAfter(note), id).slice(0, count)) {
      const from = said.length;
      simulator.check(id);
      await heard('uptime', 3, from);
      const withoutBody = recorded.map(([event, [beat, ...rest]]): Said => {
        const { response: _body, ...kept } = beat as Record<string, unknown>; // saving answers is off here
        return event === 'heartbeat' ? [event, [kept]] : [event, [beat, ...rest]];
      });
      expect(told(said.slice(from))).toEqual(told(withoutBody));
    }
  };
  await flow([2, 0, 3, 'target /flip now answers 503']);
  await flow([3, 0, 5, 'target /flip now answers 503']);
  await flow([2, 1, 1, 'target /flip now answers 200']);
  await flow([3, 1, 1, 'target /flip now answers 200']);
});

it('takes what is pushed, as recorded', async () => {
  await start();
  const { heard, said, login } = connect();
  await login();
  const { pushToken } = labSeed().monitors.find(({ id }) => id === 6)!;
  const pushes = [
    ['push up ping=12.5', 'status=up&msg=OK&ping=12.5'],
    ['push down', 'status=down&msg=job%20failed'],
    ['push up POST', 'status=up&msg=recovered'],
  ];
  for (const [note, query] of pushes) {
    const from = said.length;
    const answer = await fetch(`${simulator.url}/api/push/${String(pushToken)}?${query}`);
    expect(await answer.json()).toEqual({ ok: true });
    await heard('uptime', 3, from);
    expect(told(said.slice(from))).toEqual(told(recordedBeats(recordedAfter(note!), 6)[0]!));
  }
});

it('goes into maintenance and out of it as recorded', async () => {
  await start();
  const { heard, said, login } = connect();
  await login();
  const beats = recordedEvents('19-maintenance-toggle').filter(([event]) => event === 'heartbeat');
  const first = (status: number) => beats.find(([, [beat]]) => (beat as { status: number }).status === status)!;
  for (const status of [Status.UP, Status.MAINTENANCE]) {
    const from = said.length;
    simulator.setCondition(8, conditionOf(status));
    simulator.check(8);
    await heard('uptime', 3, from);
    expect(names(said.slice(from, from + 2))).toEqual(['maintenanceList', 'heartbeat']);
    expect(told(said.slice(from + 1, from + 2))).toEqual(told([first(status)]));
  }
});

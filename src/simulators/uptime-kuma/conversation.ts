import type { Server, Socket } from 'socket.io';
import type { Accounts } from './accounts';
import type { Faults, ReceivedCall } from '../host';
import { distorted } from './faults';
import type { MonitorObject } from './monitor';
import type { Monitoring } from './monitoring';
import type { Seed } from './seed';

export interface ConversationParts {
  io: Server;
  seed: Seed;
  accounts: Accounts;
  monitoring: Monitoring;
  faults: Faults;
  note: Note;
  /** How long a connection is not listened to (contract 0.1): what is said right at the beginning is lost without a word. */
  deafMs: number;
}

/** Writes down what was received. */
export type Note = (call: Omit<ReceivedCall, 'at'>) => void;

/** Everybody who is in, for there is one user. */
export const EVERYBODY = 'user 1';
export const VERSION = '2.5.3';

type Ack = (...answer: unknown[]) => void;
/** Answers through `ack`, or not at all. */
type Handler = (socket: Socket, args: unknown[], ack: Ack) => Promise<void> | void;

const NOT_IN = { ok: false, msg: 'You are not logged in.' };
const TOO_OFTEN = { ok: false, msg: 'Too frequently, try again later.' };
const said = (msg: string, ok = false) => ({ ok, msg, msgi18n: true });

/** Speaks with whoever connects, as 2.5.3 does. */
export function converse(parts: ConversationParts): void {
  const open = withoutLogin(parts);
  const closed = withLogin(parts);
  parts.io.on('connection', (socket) => void greet(parts, socket, { ...open, ...guarded(closed) }));
}

async function greet(parts: ConversationParts, socket: Socket, handlers: Record<string, Handler>): Promise<void> {
  const { seed, faults, deafMs } = parts;
  await new Promise((resolve) => setTimeout(resolve, deafMs));
  if (!(await faults.delay()) || !socket.connected) return;
  listen(parts, socket, handlers);
  socket.emit('info', faults.current() === 'WRONG_SHAPE' ? distorted(faults, []) : seed.settings);
  socket.emit('loginRequired');
}

function listen({ faults, note }: ConversationParts, socket: Socket, handlers: Record<string, Handler>): void {
  socket.onAny(async (event: string, ...args: unknown[]) => {
    const last = args.at(-1);
    const given = typeof last === 'function' ? args.slice(0, -1) : args;
    const answer: unknown[][] = [];
    if (!(await faults.delay())) return note({ method: 'EMIT', path: event, status: 0 });
    const isDropped = faults.current() === 'COMMIT_THEN_DROP';
    const handle = Object.hasOwn(handlers, event) ? handlers[event] : undefined; // the name is the client's to choose
    await handle?.(socket, given, (...words) => {
      answer.push(words);
      note({ method: 'EMIT', path: event, status: isDropped ? 0 : statusOf(words[0]) });
      if (isDropped) socket.disconnect(true);
      else if (typeof last === 'function') (last as Ack)(...distorted(faults, words));
    });
    if (answer.length === 0) note({ method: 'EMIT', path: event, status: 0 });
  });
}

function statusOf(answer: unknown): number {
  if (answer === NOT_IN) return 401;
  if (answer === TOO_OFTEN) return 429;
  return (answer as { ok?: unknown } | undefined)?.ok === false ? 400 : 200;
}

const isIn = (socket: Socket): boolean => socket.rooms.has(EVERYBODY);
const guarded = (handlers: Record<string, Handler>): Record<string, Handler> =>
  Object.fromEntries(
    Object.entries(handlers).map(([event, handle]) => [
      event,
      (socket, args, ack) => (isIn(socket) ? handle(socket, args, ack) : ack(NOT_IN)),
    ]),
  );

function withoutLogin(parts: ConversationParts): Record<string, Handler> {
  const { accounts } = parts;
  return {
    needSetup: (_socket, _args, ack) => ack(false),
    async login(socket, [login], ack) {
      if (login === null || login === undefined) return; // never answered there
      if (!accounts.allowsTry()) return ack(TOO_OFTEN);
      if (!accounts.isRight(login)) return ack(said('authIncorrectCreds'));
      await enter(parts, socket);
      ack({ ok: true, token: await accounts.issueToken() });
    },
    async loginByToken(socket, [token], ack) {
      if (!(await accounts.isToken(token))) return ack(said('authInvalidToken'));
      await enter(parts, socket);
      ack({ ok: true });
    },
    async logout(socket, _args, ack) {
      if (!accounts.allowsTry()) return ack(TOO_OFTEN);
      await socket.leave(EVERYBODY);
      ack();
    },
  };
}

/** The burst after a login: lists go to all who are in, `info` and the checks to the one who came. */
async function enter({ io, seed, monitoring }: ConversationParts, socket: Socket): Promise<void> {
  await socket.join(EVERYBODY);
  const all = io.to(EVERYBODY);
  const { lists, settings } = seed;
  const runtime = { version: VERSION, latestVersion: null, isContainer: false, dbType: 'sqlite' };
  all.emit('monitorList', monitoring.list());
  all.emit('monitorTypeList', lists.monitorTypeList);
  socket.emit('info', { ...settings, ...runtime, runtime: { platform: 'linux', arch: 'x64' } });
  all.emit('maintenanceList', lists.maintenanceList);
  all.emit('notificationList', lists.notificationList);
  all.emit('proxyList', []);
  all.emit('dockerHostList', []);
  all.emit('apiKeyList', lists.apiKeyList);
  all.emit('remoteBrowserList', []);
  all.emit('statusPageList', lists.statusPageList);
  for (const id of Object.keys(monitoring.list())) {
    for (const [event, ...args] of monitoring.stats(Number(id), id)) all.emit(event, ...args);
    socket.emit('heartbeatList', id, monitoring.rows(Number(id)), false);
  }
  if (seed.wantsTimezone) socket.emit('initServerTimezone');
}

/** What the page asks for. Of its many events those that a reader of the board could want. */
function withLogin({ io, monitoring }: ConversationParts): Record<string, Handler> {
  const owned =
    (act: (monitor: MonitorObject) => void, msg: string): Handler =>
    (_socket, [id], ack) => {
      const monitor = monitoring.get(id);
      if (!monitor) return ack({ ok: false, msg: 'You do not own this monitor.' });
      act(monitor);
      ack(said(msg, true));
    };
  const important = (id: unknown) =>
    Object.values(monitoring.list())
      .filter((monitor) => id === null || monitor.id === Number(id))
      .flatMap((monitor) => monitoring.rows(monitor.id))
      .filter((row) => row.important)
      .sort((a, b) => b.id - a.id);

  return {
    getMonitorList(_socket, _args, ack) {
      io.to(EVERYBODY).emit('monitorList', monitoring.list());
      ack({ ok: true });
    },
    getMonitor(_socket, [id], ack) {
      const monitor = monitoring.get(id);
      if (!monitor) return ack({ ok: false, msg: "Cannot read properties of null (reading 'id')" });
      const groups = (monitor['path'] as string[]).slice(0, -1);
      ack({ ok: true, monitor: { ...monitor, path: [...groups, null], pathName: [...groups, ''].join(' / ') } });
    },
    getMonitorBeats(_socket, [id, period], ack) {
      if (typeof period !== 'number') return ack({ ok: false, msg: 'Invalid period.' });
      ack({ ok: true, data: monitoring.rows(Number(id)) });
    },
    monitorImportantHeartbeatListCount: (_socket, [id], ack) => ack({ ok: true, count: important(id).length }),
    monitorImportantHeartbeatListPaged(_socket, [id, offset, count], ack) {
      const rows = important(id).slice(Number(offset), Number(offset) + Number(count));
      const data = rows.map(({ monitor_id: monitorID, status, time, msg, ping, duration, retries, response }) => ({
        ...{ monitorID, status, time, msg, ping, important: 1, duration, retries, response },
      }));
      ack({ ok: true, data });
    },
    pauseMonitor: owned(({ id }) => monitoring.pause(id), 'successPaused'),
    resumeMonitor: owned(({ id }) => monitoring.resume(id), 'successResumed'),
    deleteMonitor(_socket, [id], ack) {
      ack(said('successDeleted', true));
      monitoring.remove(id);
    },
    getTags: (_socket, _args, ack) => ack({ ok: true, tags: [] }),
  };
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Socket } from 'socket.io';
import type { SocketServer } from '../../mechanisms/socket/testing';
import { silent, startSocketServer } from '../../mechanisms/socket/testing';
import type { LoginTimes } from './login';
import type { BoardListener, UpstreamService, UptimeKumaClient } from '.';
import { createUptimeKumaClient } from '.';

export const USER = 'admin';
export const PASSWORD = 'the-password-of-the-test';
export const TOKEN = 'eyJ.of.the-test';

export type Said = [event: string, args: unknown[]];

/** What a real server said, in its order; names that begin with `$` are the recorder's. */
export const recording = (name: string): Said[] =>
  readFileSync(join(__dirname, 'recordings', `kuma-${name}.events.jsonl`), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).slice(0, 2) as Said);

export type Version = '2.5.3' | '1.23.17';
type Answer = (ack: object) => void;

/** Says what a real server said, to whoever logs in as it was recorded. A test puts other answers in their place. */
export interface RecordedServer extends SocketServer {
  /** Logins by password and by token, in their order. */
  logins: string[];
  answers: { login(): object; loginByToken(): object; getTags(): object };
  /** Says it to all that are in. */
  say(said: Said[]): void;
}

export async function startRecorded(version: Version, port?: number): Promise<RecordedServer> {
  const server = await startSocketServer(port);
  const said = recording(`${version}-07-after-login`).filter(([event]) => event !== '$connect');
  const untilLogin = said.findIndex(([event]) => event === 'monitorList' || event.startsWith('$ack'));
  const logins: string[] = [];
  const answers: RecordedServer['answers'] = {
    login: () => ({ ok: true, token: TOKEN }),
    loginByToken: () => ({ ok: true }),
    getTags: () => ({ ok: true, tags: [] }),
  };

  function burst(socket: Socket, ack: () => void): void {
    for (const [event, args] of said.slice(untilLogin)) {
      if (event.startsWith('$ack')) ack();
      else socket.emit(event, ...args);
    }
  }
  function enter(socket: Socket, how: 'login' | 'loginByToken', answer: Answer): void {
    logins.push(how);
    const ack = answers[how]() as { ok?: boolean };
    if (ack.ok) burst(socket, () => answer(ack));
    else answer(ack);
  }
  server.io.on('connection', (socket) => {
    for (const [event, args] of said.slice(0, untilLogin)) socket.emit(event, ...args);
    socket.on('login', ({ username, password }: Record<string, string>, answer: Answer) => {
      if (username === USER && password === PASSWORD) enter(socket, 'login', answer);
      else answer({ ok: false, msg: version === '2.5.3' ? 'authIncorrectCreds' : 'Incorrect username or password.' });
    });
    socket.on('loginByToken', (token: string, answer: Answer) => {
      if (token === TOKEN) enter(socket, 'loginByToken', answer);
      else answer({ ok: false, msg: version === '2.5.3' ? 'authInvalidToken' : 'Invalid token.' });
    });
    socket.on('getTags', (answer: Answer) => answer(answers.getTags()));
  });
  return {
    ...server,
    logins,
    answers,
    say: (sayings) => sayings.forEach(([event, args]) => !event.startsWith('$') && server.io.emit(event, ...args)),
  };
}

/** What a watcher hears. */
export function watcher() {
  const boards: UpstreamService[][] = [];
  const news: UpstreamService[] = [];
  const gone: string[] = [];
  const listener: BoardListener = {
    board: (services) => void boards.push(services),
    service: (service) => void news.push(service),
    gone: (id) => void gone.push(id),
  };
  return { boards, news, gone, listener };
}

export const client = (
  url: string,
  change: { password?: string; timeoutMs?: number; loginTimes?: LoginTimes } = {},
): UptimeKumaClient =>
  createUptimeKumaClient({
    url,
    user: USER,
    password: PASSWORD,
    timeoutMs: 1_000,
    backOffMs: 20,
    log: silent,
    ...change,
  });

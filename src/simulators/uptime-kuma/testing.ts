import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import type { MonitorObject } from './monitor';
import type { Condition, Seed } from './seed';
import { conditionOf, Status } from './seed';

export type Said = [event: string, args: unknown[]];

const read = (name: string): string => readFileSync(join(__dirname, 'recordings', name), 'utf8');
/** What the real server said, in its order; names that begin with `$` are the recorder's. */
export const recordedEvents = (name: string): Said[] =>
  read(`${name}.events.jsonl`)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).slice(0, 2) as Said);
export const recordedFrames = (): { dir: string; frame: string }[] =>
  read('21-raw-websocket-frames.jsonl')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { dir: string; frame: string });
export const recordedJson = <Content>(name: string): Content => JSON.parse(read(`${name}.json`)) as Content;

/** Keys at every level and the JSON types of what they hold; values are not looked at. */
export function shapeOf(value: unknown): unknown {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, shapeOf(held)]));
}

/** The state in which the recordings were made: the lists as they were sent, and what every monitor finds. */
export function labSeed(): Seed {
  const lists: Record<string, unknown> = Object.fromEntries(
    recordedEvents('07-after-login').map(([event, [first]]) => [event, first]),
  );
  const { primaryBaseURL, serverTimezone, serverTimezoneOffset } = lists['info'] as Seed['settings'];
  const up = (msg = '200 - OK'): Condition => ({ ...conditionOf(Status.UP), msg });
  const down = (msg: string): Condition => ({ status: Status.DOWN, msg, ping: null });
  const pending = (msg: string): Condition => ({ status: Status.PENDING, msg, ping: 1 });
  return {
    monitors: Object.values(lists['monitorList'] as Record<string, MonitorObject>),
    conditions: {
      1: { ...down('Child monitors down: Always down'), ping: null },
      2: up(),
      3: up(),
      4: down('connect ECONNREFUSED 127.0.0.1:3119'),
      5: up('2 ms'),
      8: conditionOf(Status.MAINTENANCE),
      9: up('200 - OK, keyword is found'),
      10: up('JSON query passes (comparing ok == ok)'),
      11: up(),
      12: up(),
      13: up(),
      14: pending('Manual monitoring - No status set'),
      15: pending('Group empty'),
      16: down('Unknown Monitor Type'),
    },
    settings: { primaryBaseURL, serverTimezone, serverTimezoneOffset },
    lists: lists as unknown as Seed['lists'],
    dependsOn: {},
  };
}

export const LOGIN = { username: 'admin', password: 'password-of-the-test' };

/** What we need of a client's socket. */
interface Talking {
  onAny(listener: (event: string, ...args: unknown[]) => void): unknown;
  timeout(ms: number): { emit(event: string, ...args: unknown[]): unknown };
}

/** All that a client was told, acknowledgements among it at their place. */
export function overhear(socket: Talking) {
  const said: Said[] = [];
  socket.onAny((event, ...args) => void said.push([event, args]));
  const ask = (event: string, ...args: unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      socket.timeout(2_000).emit(event, ...args, (error: Error | null, answer: unknown) => {
        if (error) return reject(error);
        said.push([`$ack:${event}`, [answer]]);
        resolve(answer);
      });
    });
  /** Waits for so many events of a name since `from`, and gives all since then. */
  async function heard(event: string, count = 1, from = 0): Promise<Said[]> {
    const deadline = Date.now() + 20_000;
    while (said.slice(from).filter(([name]) => name === event).length < count) {
      if (Date.now() > deadline) throw new Error(`not heard: ${event}; but ${said.map(([name]) => name).join()}`);
      await pause(5);
    }
    return said.slice(from);
  }
  const login = async () => {
    await heard('loginRequired');
    return ask('login', LOGIN);
  };
  return { said, ask, heard, login };
}
export const names = (said: Said[]) => said.map(([event]) => event);

import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { Pool } from 'undici';

export interface Used {
  /** Microseconds. */
  cpu: { user: number; system: number };
  heap: number;
  /** Bytes beside the heap that objects of it hold. */
  external: number;
  subscribers: number;
}

export interface Contender {
  url: string;
  used(): Promise<Used>;
  publish(n: number): void;
  stop(): Promise<void>;
}

const pins = spawnSync('taskset', ['--version']).status === 0;

/** Starts a contender on the first core; who drives it stays on the others, where there are two and `taskset`. */
export async function start(name: string, flags: string[]): Promise<Contender> {
  const child = fork(path.join(__dirname, 'contender.ts'), [name], {
    execArgv: ['--expose-gc', '--import', 'tsx', ...flags],
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
  });
  if (pins) spawnSync('taskset', ['-a', '-p', '-c', '0', `${child.pid}`]);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    publish: (n) => void child.send({ publish: n }),
    async used() {
      child.send({});
      const [used] = (await once(child, 'message')) as [Used];
      return used;
    },
    async stop() {
      const gone = once(child, 'exit');
      child.kill();
      await gone;
    },
  };
}

export function pinDriver(): void {
  if (pins) spawnSync('taskset', ['-a', '-p', '-c', '1', `${process.pid}`]);
}

export type Ask = () => Promise<string>;

/** Asks one query again and again, on connections that stay. */
export function asking(url: string, query: string, connections: number): { ask: Ask; close(): Promise<void> } {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections });
  const body = JSON.stringify({ query });
  const headers = { 'content-type': 'application/json', authorization: 'Bearer bench' };
  return {
    async ask() {
      const answer = await pool.request({ method: 'POST', path: pathname, headers, body });
      return answer.body.text();
    },
    close: () => pool.close(),
  };
}

/** Microseconds of the contender for one answer, with `connections` asking at once for `ms`. */
export async function cpuOf(
  contender: Contender,
  query: string,
  { connections, ms }: { connections: number; ms: number },
) {
  const { ask, close } = asking(contender.url, query, connections);
  const before = await contender.used();
  const startedAt = performance.now();
  let answers = 0;
  const askOn = async () => {
    for (; performance.now() - startedAt < ms; answers += 1) await ask();
  };
  await Promise.all(Array.from({ length: connections }, askOn));
  const seconds = (performance.now() - startedAt) / 1_000;
  const after = await contender.used();
  await close();
  return { us: spent(before, after) / answers, perSecond: answers / seconds };
}

export const spent = (before: Used, after: Used): number =>
  after.cpu.user - before.cpu.user + after.cpu.system - before.cpu.system;

import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { hearing } from './hearing';
import type { Cell } from './measure';

export type ContenderName = 'bare driver' | 'MediaNest' | 'Emmett' | 'EventStoreDB';

/** What it is told to do: so many write, or load, for so long. */
export interface Order {
  what: 'write' | 'load';
  who: number;
  ms: number;
}

export interface Contender {
  write(writers: number, ms: number): Promise<Cell>;
  load(readers: number, ms: number): Promise<Cell>;
  stop(): Promise<void>;
}

/**
 * At the database of this URL, in a process of its own, as people have it: in one of all, code that one of them uses in its own way is compiled anew for the next, at
 * which the quick lose most.
 */
export async function startContender(name: ContenderName, url: string): Promise<Contender> {
  const child = fork(path.join(__dirname, 'contender-process.ts'), [name], {
    env: { ...process.env, BENCH_DATABASE: url },
    execArgv: ['--max-semi-space-size=64', '--import', 'tsx'],
  });
  const heard = hearing<Cell>(child);
  const ended = once(child, 'exit');
  await heard();
  const order = (what: Order['what']) => (who: number, ms: number) => {
    child.send({ what, who, ms } satisfies Order);
    return heard();
  };
  return {
    write: order('write'),
    load: order('load'),
    async stop() {
      child.disconnect();
      await ended;
    },
  };
}

/** What several make that write at the same time; the latencies are those of the slowest. */
export async function writeTogether(contenders: readonly Contender[], writers: number, ms: number): Promise<Cell> {
  const cells = await Promise.all(contenders.map(({ write }) => write(writers, ms)));
  const slowest = (of: (cell: Cell) => number) => Math.max(...cells.map(of));
  return {
    perSecond: cells.reduce((sum, { perSecond }) => sum + perSecond, 0),
    p50: slowest(({ p50 }) => p50),
    p95: slowest(({ p95 }) => p95),
    p99: slowest(({ p99 }) => p99),
  };
}

import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { hearing } from './hearing';
import type { Cell } from './measure';

/** What so many processes with so many writers each make together; the latencies are those of the slowest process. */
// eslint-disable-next-line max-params -- as `drive`, with the processes before it
export async function driveProcesses(url: string, processes: number, writers: number, ms: number): Promise<Cell> {
  const children = Array.from({ length: processes }, () =>
    fork(path.join(__dirname, 'event-store-process.ts'), [`${writers}`, `${ms}`], {
      env: { ...process.env, BENCH_DATABASE: url },
      execArgv: ['--max-semi-space-size=64', '--import', 'tsx'],
    }),
  );
  const ended = children.map((child) => once(child, 'exit'));
  const heard = children.map(hearing<Cell>);
  try {
    await Promise.all(heard.map((next) => next()));
    const answers = heard.map((next) => next());
    for (const child of children) child.send('go');
    const cells = await Promise.all(answers);
    await Promise.all(ended);
    return together(cells);
  } finally {
    for (const child of children) child.kill();
  }
}

function together(cells: Cell[]): Cell {
  const slowest = (of: (cell: Cell) => number) => Math.max(...cells.map(of));
  return {
    perSecond: cells.reduce((sum, { perSecond }) => sum + perSecond, 0),
    p50: slowest(({ p50 }) => p50),
    p95: slowest(({ p95 }) => p95),
    p99: slowest(({ p99 }) => p99),
  };
}

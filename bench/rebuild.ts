/**
 * Projections at a long log, beside Emmett's and the least that one can be on the same private PostgreSQL with fsync on: catching up with the change feed, and rebuilt beside
 * the rows that are read, alone and while people read and append: `npm run bench:rebuild`; `-- --events 100000` for a shorter log. The peer: `npm install` in this folder. Trust the ratios.
 */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { allCodecs } from '../src/app/event-codecs';
import { allProjections } from '../src/app/projections';
import { createFeedWriter } from '../src/mechanisms/change-feed';
import { createJobQueue } from '../src/mechanisms/jobs';
import { createLeases } from '../src/mechanisms/leases';
import { createLogger } from '../src/mechanisms/observability';
import type { PostgresDatabase } from '../src/mechanisms/postgres';
import { createDatabase } from '../src/mechanisms/postgres';
import type { Projection } from '../src/mechanisms/projections';
import { createProjectionEngine, readRebuild, requestRebuild } from '../src/mechanisms/projections';
import { createInProcessWakeUp } from '../src/mechanisms/pubsub';
import { measureBareProjection } from './bare-projection';
import { measureEmmett } from './emmett-projection';
import { hearing } from './hearing';
import { loadAverage, machine } from './machine';
import type { PrivatePostgres } from './private-postgres';
import { onPrivatePostgres } from './private-postgres';
import { seedLog } from './seed-log';
import { toCell } from './measure';
import type { Waited } from './people-process';

const log = createLogger({ level: 'error' });
const codecs = allCodecs();
const LOOK_MS = 20;

interface Bench extends PrivatePostgres {
  /** As processes that serve have it. */
  database: PostgresDatabase;
  views: Projection[];
  head: number;
}

/** Keeps these going while the work takes. */
async function projecting({ database, store }: Bench, projections: Projection[], work: () => Promise<void>) {
  const leases = createLeases({ database, holder: randomUUID(), leaseMs: 15_000, log });
  const feed = createFeedWriter({ database });
  const wakeUp = createInProcessWakeUp();
  const engine = createProjectionEngine({ codecs, database, store, projections, feed, wakeUp, leases, log });
  engine.start();
  await work();
  await engine.stop();
  await leases.close();
}

/** Seconds until it is so. */
async function secondsUntil(isSo: () => Promise<boolean>): Promise<number> {
  const began = performance.now();
  while (!(await isSo())) await pause(LOOK_MS);
  return (performance.now() - began) / 1_000;
}

const stands =
  ({ owner, head }: Bench, name: string) =>
  async (): Promise<boolean> => {
    const sql = `select position, error from projection_checkpoint where name = $1`;
    const [row] = await owner.query<{ position: string; error: string | null }>(sql, [name]);
    if (row?.error) throw new Error(row.error);
    return Number(row?.position ?? 0) >= head;
  };

/** While people read and append, from a process of their own, as they do in a house: what readers waited, and how many got an error. */
async function beside({ servingUrl }: Bench, { tables }: Projection, work: () => Promise<number>) {
  const people = fork(path.join(__dirname, 'people-process.ts'), [tables[0]!], {
    env: { ...process.env, BENCH_DATABASE: servingUrl },
    execArgv: ['--import', 'tsx'],
  });
  const heard = hearing<Waited>(people);
  try {
    await heard();
    const seconds = await work();
    people.send('over');
    const { waits, errors } = await heard();
    return { seconds, errors, ...toCell(waits, seconds), longest: Math.max(...waits) };
  } finally {
    people.kill();
  }
}

/** Events a second of those whom ours stand beside; Emmett only where it is installed. */
interface Peers {
  bare: number;
  emmett: number | null;
}

function tell(
  what: string,
  { seconds, head, bare, emmett }: Peers & { seconds: number; head: number },
  more = '',
): void {
  const perSecond = head / seconds;
  const ratios = [`${(perSecond / bare).toFixed(2)} x`, emmett ? `${(perSecond / emmett).toFixed(1)} x` : ''];
  console.log(`| ${[what, Math.round(perSecond), seconds.toFixed(1), ...ratios, more].join(' | ')} |`);
}

async function measureAll(parts: PrivatePostgres): Promise<void> {
  const { values } = parseArgs({ options: { events: { type: 'string', default: '1000000' } } });
  console.log(machine());
  const emmett = await measureEmmett(parts);
  console.log(
    emmett
      ? `Emmett: ${Math.round(emmett)} events/s`
      : 'Emmett is left out: it is not installed (npm install in bench/)',
  );

  const head = await seedLog(parts.owner, Number(values.events));
  const database = createDatabase({ connection: parts.servingUrl, max: 20, applicationName: 'bench', log });
  const all = allProjections({ codecs, jobs: createJobQueue({ database }) });
  const bench = { ...parts, database, head, views: all.filter(({ tables }) => tables.length > 0) };
  const bare = await measureBareProjection(parts);
  const peers = { head, bare, emmett };
  console.log(`The least of projections, by the bare driver: ${Math.round(bare)} events/s`);
  console.log(
    `${head} events\n| | events/s | s | of the least | of Emmett | reads meanwhile, ms |\n|---|---|---|---|---|---|`,
  );
  for (const view of bench.views) {
    await projecting(bench, [view], async () => {
      tell(`${view.name}, catching up`, { seconds: await secondsUntil(stands(bench, view.name)), ...peers });
    });
  }
  await projecting(bench, bench.views, async () => {
    for (const view of bench.views) {
      const rebuilt = async () => {
        await requestRebuild(database, view);
        return secondsUntil(async () => (await readRebuild(database, view.name)) === null);
      };
      tell(`${view.name}, rebuilt alone`, { seconds: await rebuilt(), ...peers });
      const { seconds, errors, p50, p99, longest } = await beside(bench, view, rebuilt);
      const reads = `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, longest ${longest.toFixed(0)}; ${errors} errors`;
      tell(`${view.name}, rebuilt among people`, { seconds, ...peers }, reads);
    }
  });
  await database.close();
  console.log(`load average after: ${loadAverage()}`);
}

onPrivatePostgres(measureAll).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

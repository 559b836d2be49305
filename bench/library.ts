/**
 * What a page of the library costs: calls to Plex, as Plex counts (with the one for the list of libraries), and time, beside a constant string through the same door:
 * `npm run bench:library`. The whole house runs in this process, with a simulated Plex of 5,000 films. Trust the ratios.
 */
import { rmSync } from 'node:fs';
import { temporaryFolder } from '../src/mechanisms/embedded-postgres';
import { readSettings, run } from '../src/app/run';
import type { Running } from '../src/app/run';
import type { PlexSimulator } from '../src/simulators/plex';
import { startPlexSimulator } from '../src/simulators/plex';
import { loadAverage, machine } from './machine';
import { toCell } from './measure';
import type { Cell } from './measure';

const FILMS = 5_000;
const WARM_UP = 100;
const ASKED = 400;
const PROMISED_MS = 15;

const CONSTANT = '{ __typename }';
const LIBRARIES = '{ libraries { id type } }';
const page = (id: string, first: number) => `{
  library(id: "${id}") {
    title itemCount
    items(first: ${first}) {
      nodes {
        id title year type tmdbId addedAt durationSec posterUrl
        collections { id title itemCount } seasons { id number title episodeCount } request { id status }
      }
      pageInfo { hasNextPage endCursor } totalCount freshness { stale source observedAt }
    }
  }
}`;

type Ask = (query: string) => Promise<{ data: Record<string, unknown> }>;

function asking(url: string, token: string): Ask {
  return async (query) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
    const answer = (await response.json()) as { data: Record<string, unknown>; errors?: unknown };
    if (answer.errors) throw new Error(JSON.stringify(answer.errors));
    return answer;
  };
}

interface Timed extends Cell {
  /** Of this process, with the client and the simulator in it: what others do on the machine is not in it. */
  cpuMs: number;
}

/** One after the other, so that a time is that of one operation. */
async function timesOf(ask: Ask, query: string): Promise<Timed> {
  for (let n = 0; n < WARM_UP; n += 1) await ask(query);
  const times: number[] = [];
  const begin = performance.now();
  const cpu = process.cpuUsage();
  for (let n = 0; n < ASKED; n += 1) {
    const before = performance.now();
    await ask(query);
    times.push(performance.now() - before);
  }
  const { user, system } = process.cpuUsage(cpu);
  return { ...toCell(times, (performance.now() - begin) / 1_000), cpuMs: (user + system) / 1_000 / ASKED };
}

async function measure(plex: PlexSimulator, { url, house }: Running): Promise<void> {
  // A friend: who is the admin of a demo is told every step of an operation beside its answer.
  const { accessToken } = await house.accounts.signInAs('ben');
  const ask = asking(url!, accessToken);
  const callsOf = async (query: string): Promise<number> => {
    const before = plex.calls(100_000).length;
    await ask(query);
    return plex.calls(100_000).length - before;
  };
  await house.connections.checks.get('plex')?.(); // what looks at the connection is no call of an operation
  const ofLibraries = await callsOf(LIBRARIES);
  const { libraries } = (await ask(LIBRARIES)).data as { libraries: { id: string; type: string }[] };
  const idOf = (type: string) => libraries.find((one) => one.type === type)!.id;
  const pages = { 'a page of 50 films': page(idOf('MOVIE'), 50), 'a page of 50 series': page(idOf('SHOW'), 50) };

  console.log(machine());
  console.log(
    '| | calls cold | calls warm | warm /s | p50 ms | p95 ms | p99 ms | CPU ms | of the constant (p95 / CPU) |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|');
  const cold = new Map<string, number>();
  for (const [name, query] of Object.entries(pages)) cold.set(name, ofLibraries + (await callsOf(query)));
  const constant = await timesOf(ask, CONSTANT);
  console.log(row('a constant string', constant, constant));
  for (const [name, query] of Object.entries(pages)) {
    const warm = await callsOf(query);
    const cell = await timesOf(ask, query);
    console.log(row(name, cell, constant, [cold.get(name)!, warm]));
    if (cell.p95 > PROMISED_MS) process.exitCode = 1;
  }
  console.log(`promised: at most 3 calls cold, 0 warm, p95 ${PROMISED_MS} ms; load average after: ${loadAverage()}`);
}

// eslint-disable-next-line max-params -- a row of a table
function row(name: string, cell: Timed, constant: Timed, calls?: [cold: number, warm: number]): string {
  const numbers = [cell.perSecond.toFixed(0), ...[cell.p50, cell.p95, cell.p99, cell.cpuMs].map((ms) => ms.toFixed(2))];
  const [ratio, ofCpu] = [cell.p95 / constant.p95, cell.cpuMs / constant.cpuMs].map((one) => `${one.toFixed(1)} x`);
  return `| ${[name, ...(calls ?? ['', '']), ...numbers, `${ratio} / ${ofCpu}`].join(' | ')} |`;
}

async function main(): Promise<void> {
  const home = temporaryFolder('bench');
  const token = 'token-of-the-bench';
  const plex = await startPlexSimulator({ token, items: FILMS });
  try {
    const running = await run(
      readSettings({
        DEMO: '1',
        PORT: '0',
        MEDIANEST_HOME: home,
        LOG_LEVEL: 'error',
        PLEX_URL: plex.url,
        PLEX_TOKEN: token,
        PROBE_MS: '3600000', // looks at connections are calls too
        COST_BUDGET: '1000000000',
      }),
    );
    await measure(plex, running).finally(() => running.stop());
  } finally {
    await plex.close();
    rmSync(home, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

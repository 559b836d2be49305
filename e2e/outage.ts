import { setTimeout as pause } from 'node:timers/promises';
import type { QueryResult } from 'pg';
import { Client } from 'pg';
import { RequestMediaDocument, RequestsDocument, ServerInfoDocument } from '../sdk';
import type { ReceivedCall, TitleRequest } from '../src/simulators/overseerr';
import { FIRST_INVENTED_MOVIE, startOverseerrSimulator } from '../src/simulators/overseerr';
import { environmentOf } from './processes';
import type { Person, Server } from './testing';
import { createHouse } from './testing';
import { until } from './watching';

const ASKING_AT_ONCE = 20;
const PATIENCE_MS = 60_000;
const KILL_EVERY_MS = 1_000;
const LOOK_MS = 100;
const WORKERS = ['worker-1', 'worker-2'];

/** Accounts and their users at the request service. */
const USERS = { olga: 1, ben: 2, cleo: 3 };

export interface Outage {
  /** Who asks for how many, one after the other. */
  wishes: readonly [name: 'ben' | 'cleo' | 'olga', count: number][];
  /** Between two handovers that are released. */
  releaseMs: number;
  /** How often a worker is killed, at most one every second. */
  kills: number;
  /** How long it may take after the return. */
  patienceMs: number;
}

export interface Recovery extends Pick<Outage, 'releaseMs'> {
  /** For each film that was asked for, in the order of asking: what the request service has of it. */
  upstream: TitleRequest[][];
  /** What the request service was sent, newest first. */
  posts: ReceivedCall[];
  /** The states of all handovers, as the API tells. */
  states: string[];
  kills: number;
  /** Jobs that were lost on the way. */
  lostJobs: number;
  /** From the return of the service to the last handover. */
  tookMs: number;
}

/**
 * A whole house, its request service down; all is asked for meanwhile. Then the service is back, and until all is handed over a worker is killed
 * every second, and once, on the way, all jobs are lost.
 */
export async function outage({ wishes, releaseMs, kills: most, patienceMs }: Outage): Promise<Recovery> {
  const total = wishes.reduce((sum, [, count]) => sum + count, 0);
  const overseerr = await startOverseerrSimulator({
    ...{ seed: 'household', apiKey: 'e2e', availableAfterMs: 3_600_000, inventedMovies: total },
  });
  const house = createHouse({
    DEMO: '1',
    LEASE_MS: '1500',
    CALL_TIMEOUT_MS: '2000', // a worker that has just started on a busy machine is slow, and does not live for long
    SETTLE_DELAY_MS: '1000',
    POLL_FAST_MS: '60000', // as with real services: a thousand that are looked at all the time would leave them no time for more
    RELEASE_MS: `${releaseMs}`,
    COST_BUDGET: '1000000',
    OVERSEERR_URL: overseerr.url,
    OVERSEERR_API_KEY: 'e2e',
    UPSTREAM_USERS: JSON.stringify(USERS),
  });
  try {
    const server = await house.start({}, { stack: true });
    const people = await server.signIn();
    // A machine that is busy with all this may take a process for frozen: who asks with a key may ask again.
    const patient = ({ token }: Person): Person => server.as(token, { patienceMs: PATIENCE_MS });
    await overseerr.setFault('DOWN');
    await until('the outage', async () =>
      (await patient(people.ben).execute(ServerInfoDocument)).serverInfo.degradedFeatures!.includes('REQUESTS')
        ? true
        : undefined,
    );
    let film = FIRST_INVENTED_MOVIE;
    for (const [name, count] of wishes) {
      await askForAll(patient(people[name]), { from: film, count });
      film += count;
    }
    const films = Array.from({ length: total }, (_none, index) => FIRST_INVENTED_MOVIE + index);
    let missing = films;
    const handedOver = (): number => {
      missing = missing.filter((tmdbId) => overseerr.requestsFor(tmdbId).length === 0);
      return total - missing.length;
    };

    await overseerr.setFault('NONE');
    const began = Date.now();
    const killing = killWorkers(server, most);
    try {
      const some = async (isSo: () => boolean): Promise<void> => {
        const progress = () =>
          `the handover of ${total}, of which ${handedOver()} are there after ${killing.kills()} kills`;
        await until(progress, () => (isSo() ? true : undefined), patienceMs).catch(async ({ message }: Error) => {
          throw new Error(`${message}\n${await evidence(server).catch(String)}`);
        });
      };
      await some(() => handedOver() > total / 2);
      const lostJobs = await loseAllJobs(server);
      await some(() => handedOver() === total);
      const states = await until(
        'what the API tells of it',
        async () => {
          const all = await statesOf(patient(people.olga));
          return all.every((state) => state === 'LINKED') ? all : undefined;
        },
        patienceMs,
      );
      const posts = overseerr.calls(20_000).filter(({ method }) => method === 'POST');
      const upstream = films.map((tmdbId) => overseerr.requestsFor(tmdbId));
      return { releaseMs, upstream, posts, states, kills: killing.kills(), lostJobs, tookMs: Date.now() - began };
    } finally {
      await killing.stop();
    }
  } finally {
    await house.leave();
    await overseerr.close();
  }
}

/** Everything once, nobody waiting for who asked for more. Who asks last has the fewest wishes. */
export function expectRecovery({ upstream, posts, states, releaseMs, ...told }: Recovery): void {
  console.log(JSON.stringify({ requests: upstream.length, ...told, busiestSecond: busiestSecond(posts) }));
  expect(upstream.map((requests) => requests.length)).toEqual(upstream.map(() => 1));
  expect(states).toEqual(upstream.map(() => 'LINKED'));
  // A call may be cut off by the end of its worker; none was refused as one too many.
  const answers = (wanted: number) => posts.filter(({ status }) => status === wanted).length;
  expect([answers(201), answers(409)]).toEqual([upstream.length, 0]);

  const made = upstream.flatMap(([request]) => request ?? []).sort((a, b) => a.id - b.id);
  const placesOf = (user: number) => made.flatMap(({ requestedBy }, place) => (requestedBy === user ? [place] : []));
  const middleOf = (user: number) => placesOf(user)[Math.floor(placesOf(user).length / 2)] ?? NaN;
  // One that is late by less than a second still has its turn, beside those whose turn is now.
  expect(busiestSecond(posts)).toBeLessThanOrEqual(2 * (1_000 / releaseMs) + 1);
  for (const later of [USERS.cleo, USERS.olga]) expect(middleOf(later)).toBeLessThan(middleOf(USERS.ben));
}

/** The most calls within any second. */
function busiestSecond(posts: readonly ReceivedCall[]): number {
  const times = posts.map(({ at }) => Date.parse(at));
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));
}

/** Some at once, nevertheless in order. */
async function askForAll(person: Person, { from, count }: { from: number; count: number }): Promise<void> {
  const films = Array.from({ length: count }, (_none, index) => from + index).values();
  const asker = async (): Promise<void> => {
    for (const tmdbId of films) {
      const { requestMedia } = await person.execute(RequestMediaDocument, {
        input: { title: { type: 'MOVIE', tmdbId } },
        key: `ask ${tmdbId}`,
      });
      expect(requestMedia).toMatchObject({ outcome: 'CREATED', problems: [] });
    }
  };
  await Promise.all(Array.from({ length: ASKING_AT_ONCE }, asker));
}

/** In turn, as soon as another one is there to go on. */
function killWorkers(server: Server, most: number) {
  const stopped = new AbortController();
  const killed = new Set<number>();
  const loop = async (): Promise<void> => {
    while (!stopped.signal.aborted && killed.size < most) {
      const there = WORKERS.map((name) => server.pidOf(name)).filter((pid) => !killed.has(pid));
      const next = there.length === WORKERS.length ? there[killed.size % WORKERS.length] : undefined;
      if (next !== undefined) {
        process.kill(next, 'SIGKILL');
        killed.add(next);
      }
      const ms = next === undefined ? LOOK_MS : KILL_EVERY_MS;
      await pause(ms, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  };
  const looping = loop();
  return {
    kills: () => killed.size,
    async stop(): Promise<void> {
      stopped.abort();
      await looping;
    },
  };
}

/** Answers with how many there were. Nothing of ours does that. */
async function loseAllJobs(server: Server): Promise<number> {
  return (await askDatabase(server, 'delete from graphile_worker._private_jobs'))?.rowCount ?? 0;
}

const WAITING = `select now(),
  (select json_agg(job) from (select * from graphile_worker.jobs limit 20) as job) as jobs,
  (select json_agg(queue) from graphile_worker._private_job_queues as queue where locked_by is not null) as locked_queues,
  (select json_agg(state -> 'handover') from (select state from request_view where handover_state <> 'LINKED' limit 20) as request) as handovers,
  (select json_agg(turn) from handover_turn as turn) as turns,
  (select json_agg(lease) from lease) as leases`;

/** Why it may not go on: what waits in the tables, and what the house warned of last. */
async function evidence(server: Server): Promise<string> {
  const [tables] = (await askDatabase(server, WAITING))?.rows ?? [];
  const warnings = server.log().match(/^.*"level":[456]0.*$/gm) ?? [];
  const told = Object.entries(tables ?? {}).map(([name, rows]) => `${name}: ${JSON.stringify(rows)}`);
  return [...told, ...warnings.slice(-10)].join('\n');
}

/** Past the API. Null where the system does not tell its address: macOS. */
async function askDatabase(server: Server, sql: string): Promise<QueryResult | null> {
  const [, url] = /^DATABASE_URL=(.*)$/m.exec(environmentOf(server.pidOf('api-1'))) ?? [];
  if (url === undefined) return null;
  const database = new Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: 5_000 });
  await database.connect();
  try {
    return await database.query(sql);
  } finally {
    await database.end();
  }
}

async function statesOf(person: Person, after?: string): Promise<string[]> {
  const page = { first: 100, ...(after === undefined ? {} : { after }) };
  const { nodes, pageInfo } = (await person.execute(RequestsDocument, page)).requests;
  const states = nodes.map(({ handover }) => handover.state);
  return pageInfo.hasNextPage && pageInfo.endCursor !== null
    ? [...states, ...(await statesOf(person, pageInfo.endCursor))]
    : states;
}

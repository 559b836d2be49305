import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import { createPostgresEventStore } from '../../mechanisms/event-store/postgres';
import { createLogger } from '../../mechanisms/observability';
import { createTestDatabase } from '../../mechanisms/postgres/testing';
import { startOverseerrSimulator } from '../../simulators/overseerr';
import type { Point } from '../testing';

const ROOT = path.resolve(__dirname, '../../..');
const API_KEY = 'key-of-the-crash-matrix';
const DEADLINE_MS = 30_000;

/** The saga's times, short; still long enough that a busy machine keeps its leases. */
const TIMES = {
  LEASE_MS: '1500',
  CALL_TIMEOUT_MS: '700',
  SETTLE_DELAY_MS: '1500',
  POLL_FAST_MS: '200',
  PROBE_MS: '200',
};

/** Asks and is told what came of it; the client's own retry needs the same key. */
const REQUEST_MEDIA = `mutation ($tmdbId: Int!, $key: String) {
  requestMedia(input: { title: { type: MOVIE, tmdbId: $tmdbId } }, idempotencyKey: $key) {
    outcome
    request { id }
    problems { code }
  }
}`;
const REQUEST = `query ($id: ID!) {
  request(id: $id) {
    status
    handover { state waitingOn }
    upstream { adopted }
    timeline { nodes { type text } }
  }
  upstreamDuplicates { count }
}`;

export interface RequestSeen {
  status: string;
  handover: { state: string; waitingOn: string | null };
  upstream: { adopted: string | null } | null;
  timeline: { nodes: { type: string; text: string }[] };
}

interface Said {
  url?: string | null;
  tokens?: Record<string, string>;
  point?: string;
}

/** A server as a process of its own. */
export type Server = Awaited<ReturnType<World['start']>>;
export type World = Awaited<ReturnType<typeof createWorld>>;

async function eventually<Value>(
  look: () => Value | Promise<Value>,
  complaint: () => string,
): Promise<NonNullable<Value>> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const value = await look();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`did not happen within ${DEADLINE_MS} ms: ${complaint()}`);
    await pause(50);
  }
}

/** The program as one file, which starts in half the time; around it stands what it looks for by its own place. Made once for a test file. */
const compiled = mkdtempSync(path.join(os.tmpdir(), 'medianest-crash-program-'));
const program = path.join(compiled, 'dist/src/app/testing.js');
beforeAll(() => {
  for (const name of ['node_modules', 'migrations']) symlinkSync(path.join(ROOT, name), path.join(compiled, name));
  // At once, for else esbuild leaves a process of its own to the one that runs tests.
  buildSync({
    entryPoints: [path.resolve(__dirname, '../testing.ts')],
    outfile: program,
    bundle: true,
    packages: 'external',
    platform: 'node',
    keepNames: true,
    logLevel: 'error',
  });
});
afterAll(() => rmSync(compiled, { recursive: true, force: true }));

function launch(point: Point, env: NodeJS.ProcessEnv) {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [program, point], { env: { PATH, HOME, ...env } });
  const said: Said[] = [];
  let log = '';
  createInterface({ input: child.stdout }).on('line', (line) => said.push(JSON.parse(line) as Said));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (log += chunk));
  const closed = once(child, 'close');
  const end = () => `${point} ended by ${child.signalCode ?? child.exitCode}\n${log.slice(-4_000)}`;
  const running = () => child.signalCode === null && child.exitCode === null;

  /** The first that it said of these kinds. */
  async function hear(...keys: (keyof Said)[]): Promise<Said> {
    return eventually(() => {
      const heard = said.find((one) => keys.some((key) => key in one));
      if (!heard && !running()) throw new Error(`said no ${keys.join(' or ')}: ${end()}`);
      return heard;
    }, end);
  }

  async function ask(query: string, variables: object): Promise<unknown> {
    const { url, tokens } = await hear('tokens');
    const response = await fetch(url ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens?.ben}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown };
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  return {
    hear,
    /** Waits until it is through with a hand-over; needs its debug log. */
    handedOver: () => eventually(() => /Completed task \d+ \(hand-over/.test(log), end),
    async requestMedia(tmdbId: number, key: string): Promise<{ outcome: string; id: string }> {
      const { requestMedia } = (await ask(REQUEST_MEDIA, { tmdbId, key })) as {
        requestMedia: { outcome: string; request: { id: string } | null; problems: unknown };
      };
      if (!requestMedia.request) throw new Error(JSON.stringify(requestMedia.problems));
      return { outcome: requestMedia.outcome, id: requestMedia.request.id };
    },
    /** Waits until the request is as wanted, by the API. */
    async sees(id: string, wanted: (request: RequestSeen, duplicates: number) => boolean): Promise<RequestSeen> {
      let answer: { request: RequestSeen; upstreamDuplicates: { count: number } } | undefined;
      await eventually(
        async () => {
          answer = (await ask(REQUEST, { id })) as typeof answer;
          return answer?.request && wanted(answer.request, answer.upstreamDuplicates.count);
        },
        () => `${JSON.stringify(answer, null, 1)}\n${end()}`,
      );
      return answer!.request;
    },
    thaw: () => child.kill('SIGCONT'),
    async kill(): Promise<void> {
      child.kill('SIGKILL'); // ends a frozen one, too
      await closed;
    },
    /** Resolves when it has died by its own hand. */
    async died(): Promise<void> {
      await hear('point');
      await closed;
      if (child.signalCode !== 'SIGKILL') throw new Error(end());
    },
  };
}

/** A database, the request service with a memory of its own, and servers that come and go between them. */
export async function createWorld({ availableAfterMs = 1_000 } = {}) {
  const home = mkdtempSync(path.join(os.tmpdir(), 'medianest-crash-'));
  const database = await createTestDatabase();
  const store = await createPostgresEventStore({
    database: database.database,
    log: createLogger({ level: 'error' }),
  });
  const stateFile = path.join(home, 'overseerr.json');
  const overseerr = await startOverseerrSimulator({ seed: 'household', apiKey: API_KEY, stateFile, availableAfterMs });
  const servers: ReturnType<typeof launch>[] = [];

  return {
    overseerr,
    database,
    async start(point: Point, env: NodeJS.ProcessEnv = {}) {
      const server = launch(point, {
        DATABASE_URL: database.connection.ownerUrl,
        OVERSEERR_URL: overseerr.url,
        OVERSEERR_API_KEY: API_KEY,
        MEDIANEST_HOME: path.join(home, 'state'),
        // Nothing else is simulated: roles may be split.
        DEMO: '0',
        UPSTREAM_USERS: JSON.stringify({ olga: 1, ben: 2, cleo: 3 }),
        PORT: '0',
        ...TIMES,
        ...env,
      });
      servers.push(server);
      await server.hear('tokens', 'point'); // a point can be reached before the whole start is done
      return server;
    },
    /** What the request service received, by its own log: the judge. */
    creates: () =>
      overseerr.calls(10_000).filter(({ method, path: to }) => `${method} ${to}` === 'POST /api/v1/request'),
    /** The film's history, straight from the log: no read model can hide or delay it. */
    async facts(tmdbId: number): Promise<{ type: string; data: object }[]> {
      const { events } = await store.readStream(`mediaRequest-movie-${tmdbId}-standard`);
      return events.map(({ type, data }) => ({ type, data }));
    },
    until: <Value>(look: () => Value | Promise<Value>) => eventually(look, () => String(look)),
    async end(): Promise<void> {
      await Promise.all(servers.map((server) => server.kill()));
      await overseerr.close();
      await store.close();
      rmSync(home, { recursive: true, force: true });
      await database.drop();
    },
  };
}

/** The end of every story: the film is there, asked for exactly once. */
export async function expectFulfilledOnce(
  { creates, overseerr }: World,
  { server, id, tmdbId }: { server: Server; id: string; tmdbId: number },
): Promise<RequestSeen> {
  const request = await server.sees(id, ({ status }) => status === 'AVAILABLE');
  expect(request.handover.state).toBe('LINKED');
  expect(creates()).toHaveLength(1);
  expect(overseerr.requestsFor(tmdbId)).toHaveLength(1);
  await server.sees(id, (_request, duplicates) => duplicates === 0);
  return request;
}

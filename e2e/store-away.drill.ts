import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { MediaNestError, RequestDocument, RequestMediaDocument, RequestUpdatedDocument } from '../sdk';
import type { Environment, House, Person, Server } from './testing';
import { createHouse } from './testing';
import type { Watch } from './watching';
import { until, watch } from './watching';

const AWAY_MS = 60_000;
const WRITERS = 8;
/** How long a command may take to say that there is no store, on a machine that is busy with 8 at once. */
const FAST_MS = 12_000;
const BACK_MS = 60_000;

/** A store that can be killed with -9 and stays away until it is told to come back. */
interface Engine {
  env: Environment;
  start(): Promise<void>;
  kill(house: House): void;
  back(): Promise<void>;
  stop(): Promise<void>;
}

/** The embedded server comes back by itself: to be away it is killed again and again. */
function embeddedPostgres(): Engine {
  let killing: NodeJS.Timeout | undefined;
  const nothing = () => Promise.resolve();
  return {
    env: {},
    start: nothing,
    kill(house) {
      killing = setInterval(() => {
        for (const line of house.children().filter((child) => /\/postgres -D /.test(child))) {
          try {
            process.kill(Number.parseInt(line, 10), 'SIGKILL');
          } catch {
            // it has just gone
          }
        }
      }, 100);
    },
    back: async () => clearInterval(killing),
    stop: async () => clearInterval(killing),
  };
}

/** A real one: `command` runs it in the foreground, without TLS, at `url`. */
function eventStoreDb(url: string, command: string): Engine {
  let server: ChildProcess | undefined;
  const start = async () => {
    // It takes every variable named EVENTSTORE_… for a setting of its own.
    const { PATH, HOME } = process.env;
    server = spawn('bash', ['-c', `exec ${command}`], { stdio: 'ignore', env: { PATH, HOME } });
    const { host } = new URL(url.replace(/^esdb/, 'http'));
    await until(
      'EventStoreDB',
      async () => {
        const answer = await fetch(`http://${host}/health/live`, { signal: AbortSignal.timeout(1_000) }).catch(
          () => undefined,
        );
        return answer?.status === 204 || undefined;
      },
      BACK_MS,
    );
  };
  const stop = async () => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  };
  return { env: { EVENT_STORE_URL: url }, start, kill: () => void server?.kill('SIGKILL'), back: start, stop };
}

const { EVENTSTORE_TEST_URL: url, EVENTSTORE_COMMAND: command } = process.env;
const engines: [string, () => Engine][] = [['Postgres', embeddedPostgres]];
if (url && command) engines.push(['EventStoreDB', () => eventStoreDb(url, command)]);

describe.each(engines)('the store in %s, killed under load and away for a minute', (_name, create) => {
  const engine = create();
  const house = createHouse({ DEMO: '1', COST_BUDGET: '100000000', ...engine.env });
  let server: Server;
  let ben: Person;
  let watcher: Watch<{ requestUpdated: { change: { type: string }; request?: { id: string } | null } }>;
  let load: ReturnType<typeof startWriters>;

  beforeAll(async () => {
    await engine.start();
    server = await house.start();
    const people = await server.signIn();
    ({ ben } = people);
    watcher = watch(people.olga.subscribe(RequestUpdatedDocument, {}));
    load = startWriters(ben);
    await until('the first requests', () => load.acknowledged.length > 50 || undefined);
  }, 300_000);
  afterAll(async () => {
    await load?.stop();
    await watcher?.stop();
    await engine.back();
    await house.leave();
    await engine.stop();
  }, 120_000);

  it(
    'fails commands fast and as retryable meanwhile, and goes on by itself after',
    async () => {
      engine.kill(house);
      const since = Date.now();
      await pause(AWAY_MS);
      const until60 = load.acknowledged.length;
      const failed = load.failures.filter(({ began }) => began > since + 1_000);
      const codes = new Map<string, number>();
      for (const { code } of failed) codes.set(code, (codes.get(code) ?? 0) + 1);
      const longest = Math.max(...failed.map(({ tookMs }) => tookMs));
      await engine.back();
      const backAt = Date.now();
      await until('a command that succeeds', () => load.acknowledged.length > until60 || undefined, BACK_MS);
      const goesOnAfter = Date.now() - backAt;
      await pause(2_000);
      await load.stop();
      console.log(
        `${load.acknowledged.length} acknowledged; while away: ${JSON.stringify([...codes])}, the longest ${longest} ms; back after ${goesOnAfter} ms`,
      );
      expect(failed.length).toBeGreaterThan(WRITERS);
      expect(failed.filter(({ retryable }) => !retryable)).toEqual([]);
      expect(longest).toBeLessThan(FAST_MS);
    },
    AWAY_MS + 3 * BACK_MS,
  );

  it('has lost nothing that it acknowledged, in the view and in the subscription', async () => {
    const told = () =>
      new Set(
        watcher.seen
          .filter(({ requestUpdated }) => requestUpdated.change.type === 'MediaRequestSubmitted')
          .map(({ requestUpdated }) => requestUpdated.request?.id),
      );
    const untold = () => load.acknowledged.filter((id) => !told().has(id));
    await until(
      () => `news of ${untold().length} of ${load.acknowledged.length} requests`,
      () => untold().length === 0 || undefined,
      BACK_MS,
    );
    for (const id of load.acknowledged) {
      expect((await ben.execute(RequestDocument, { id })).request?.id).toBe(id);
    }
  }, 300_000);
});

/** Each asks for one film after the other; who is refused tries another after a moment. */
function startWriters(person: Person) {
  const acknowledged: string[] = [];
  const failures: { began: number; tookMs: number; code: string; retryable: boolean }[] = [];
  let stopped = false;
  let film = 0;
  const write = async () => {
    while (!stopped) {
      const began = Date.now();
      try {
        const input = { title: { type: 'MOVIE', tmdbId: ++film } } as const;
        const { requestMedia } = await person.execute(RequestMediaDocument, { input });
        if (requestMedia.request) acknowledged.push(requestMedia.request.id);
        await pause(50);
      } catch (error) {
        const { code, retryable } = error instanceof MediaNestError ? error : { code: String(error), retryable: false };
        failures.push({ began, tookMs: Date.now() - began, code, retryable });
        await pause(200);
      }
    }
  };
  const writing = Array.from({ length: WRITERS }, write);
  return {
    acknowledged,
    failures,
    async stop() {
      stopped = true;
      await Promise.all(writing);
    },
  };
}

import { setTimeout as pause } from 'node:timers/promises';
import { RequestDocument, RequestMediaDocument } from '../sdk';
import type { OverseerrSimulator } from '../src/simulators/overseerr';
import { FIRST_INVENTED_MOVIE, startOverseerrSimulator } from '../src/simulators/overseerr';
import type { Load } from './load';
import { startLoad } from './load';
import type { House, Person, Server } from './testing';
import { createHouse } from './testing';
import { until } from './watching';

const LEASE_MS = 1_000;
/** A lease, the time until somebody looks, and 5 s. */
const PUSHES_AGAIN_MS = LEASE_MS + LEASE_MS / 3 + 5_000;
/** How long a frozen one is waited for by the load balancer, and some. */
const READS_AGAIN_MS = 4_000;
/** Who is told to go has so long. */
const DRAINED_MS = 10_000;
/** What is only waited for may take long on a busy machine. */
const PATIENCE_MS = 100_000;
const BASE = 550;
const MEMBERS = ['api-1', 'api-2', 'projector-1', 'projector-2', 'worker-1', 'worker-2', 'poller-1'];

/** Titles that nobody has: each is asked for once. */
const FILMS = 100;
let film = FIRST_INVENTED_MOVIE;

describe('a stack, under load', () => {
  // The request service outlives what is killed, and its log is the judge.
  let overseerr: OverseerrSimulator;
  let house: House;
  let server: Server;
  let ben: Person;
  let load: Load;
  const asked: number[] = [];

  beforeAll(async () => {
    overseerr = await startOverseerrSimulator({
      ...{ seed: 'household', apiKey: 'e2e', availableAfterMs: 3_600_000, inventedMovies: FILMS },
    });
    house = createHouse({
      DEMO: '1',
      LEASE_MS: `${LEASE_MS}`,
      CALL_TIMEOUT_MS: '2000',
      SETTLE_DELAY_MS: '1000',
      RELEASE_MS: '10',
      OVERSEERR_URL: overseerr.url,
      OVERSEERR_API_KEY: 'e2e',
      UPSTREAM_USERS: JSON.stringify({ olga: 1, ben: 1, cleo: 1 }),
    });
    server = await house.start({}, { stack: true });
    const people = await server.signIn();
    ({ ben } = people);
    const id = await ask(BASE);
    const input = { title: { type: 'MOVIE', tmdbId: BASE } } as const;
    load = await startLoad({ reader: ben, writer: people.cleo, watcher: people.olga, id, input });
    await until('the first pushes', () => (load.heard.length > 5 ? true : undefined));
  }, 300_000);
  afterAll(async () => {
    await load?.stop();
    await house?.leave();
    await overseerr?.close();
  }, 60_000);

  /** Asks until it is answered, with one key. */
  async function ask(tmdbId: number): Promise<string> {
    const key = `ask ${tmdbId}`;
    asked.push(tmdbId);
    const input = { title: { type: 'MOVIE', tmdbId } } as const;
    const once = async () => {
      const answer = await ben.execute(RequestMediaDocument, { input, key }).catch(() => undefined);
      return answer?.requestMedia.request?.id;
    };
    return until(`an answer about ${tmdbId}`, once, PATIENCE_MS);
  }
  const handedOver = (id: string) => {
    let seen: unknown;
    const linked = async () => {
      seen = (await ben.execute(RequestDocument, { id }).catch((error: unknown) => ({ error }))) ?? seen;
      return JSON.stringify(seen).includes('"LINKED"') ? true : undefined;
    };
    return until(() => `the handover of ${id}: ${JSON.stringify(seen)}`, linked, PATIENCE_MS);
  };
  /** Pids of who will not come back. */
  const gone = new Set<number>();
  const allReady = () =>
    until(
      'the return of all who were killed',
      () => (MEMBERS.some((member) => gone.has(server.pidOf(member))) ? undefined : true),
      PATIENCE_MS,
    );
  const pushed = (id: string) =>
    until(`the push of ${id}`, () => load.heard.find(({ requestId }) => requestId === id), PATIENCE_MS);

  // Who was killed comes back as the second of two: so the projector that is frozen leads, and the one that is killed last does, too.
  it.each([
    ...['api-1', 'projector-1', 'worker-1', 'poller-1'].map((member) => ['killed', member]),
    ...['api-2', 'projector-2', 'worker-2', 'poller-1'].map((member) => ['frozen', member]),
    ['killed', 'projector-1'],
  ] as ['killed' | 'frozen', string][])(
    'goes on when of it is %s: %s',
    async (how, member) => {
      await allReady();
      const pid = server.pidOf(member);
      const began = Date.now();
      process.kill(pid, how === 'killed' ? 'SIGKILL' : 'SIGSTOP');
      gone.add(how === 'killed' ? pid : 0);
      const frozen = how === 'frozen' ? pause(6 * LEASE_MS) : undefined;
      try {
        const id = await ask(film++);
        await pushed(id);
        if (member !== 'poller-1') await handedOver(id);
        await frozen;
      } finally {
        if (how === 'frozen') process.kill(pid, 'SIGCONT');
      }
      const gaps = { reads: load.reads.longestGap(began), pushes: load.pushes.longestGap(began) };
      console.log(`${member} ${how}: ${JSON.stringify(gaps)}`);
      expect(gaps.reads).toBeLessThan(READS_AGAIN_MS);
      expect(gaps.pushes).toBeLessThan(PUSHES_AGAIN_MS);
      await handedOver(await ask(film++));
    },
    400_000,
  );

  it('has done nothing twice, and told everything once', async () => {
    await until('all at the request service', () =>
      asked.every((tmdbId) => overseerr.requestsFor(tmdbId).length > 0) ? true : undefined,
    );
    expect(asked.map((tmdbId) => overseerr.requestsFor(tmdbId).length)).toEqual(asked.map(() => 1));
    const posts = overseerr.calls(10_000).filter(({ method }) => method === 'POST');
    expect(posts).toHaveLength(asked.length);
    const told = load.heard.filter(({ type }) => type === 'MediaRequestSubmitted').map(({ requestId }) => requestId);
    expect(new Set(told).size).toBe(told.length);
    expect(told).toHaveLength(asked.length - 1); // nobody watched when the first was asked for
  });

  it('of those who were frozen, who led finds itself dismissed', () => {
    expect(server.log()).toMatch(/lost a lease to another process/);
  });

  it.each(['api-1', 'api-2'])(
    'sent away, %s closes its sockets with 1001, and its people go on at the other',
    async (api) => {
      await allReady();
      const began = Date.now();
      const pid = server.pidOf(api);
      process.kill(pid, 'SIGTERM');
      gone.add(pid);
      const asking = ask(film++);
      const [, code] = await until(
        'its end',
        () => new RegExp(`"pid":${pid},"code":(\\w+),.*"a process ended`).exec(server.log()) ?? undefined,
      );
      expect([code, Date.now() - began < DRAINED_MS]).toEqual(['0', true]);
      await pushed(await asking);
      expect(load.reads.longestGap(began)).toBeLessThan(READS_AGAIN_MS);
      expect(load.pushes.longestGap(began)).toBeLessThan(PUSHES_AGAIN_MS);
    },
    400_000,
  );

  it('of the two sent away, the one that the watcher hung on said so, and why', () => {
    expect(load.closes()).toContainEqual({ status: 1001, message: expect.stringMatching(/1001: \w/) });
  });
});

it('a stack whose launcher is killed leaves no process behind; and Ctrl-C at `npm run stack` stops it in order', async () => {
  const house = createHouse();
  try {
    const killed = await house.start({}, { stack: true });
    await killed.kill9();
    await until('the end of all its processes', () => (house.children().length === 0 ? true : undefined));
    const server = await house.start({}, { stack: true, fromTerminal: true });
    await server.stop('SIGINT');
  } finally {
    await house.leave();
  }
}, 300_000);

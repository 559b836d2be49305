import { setTimeout as pause } from 'node:timers/promises';
import { RequestDocument, RequestMediaDocument } from '../sdk';
import type { OverseerrSimulator } from '../src/simulators/overseerr';
import { startOverseerrSimulator } from '../src/simulators/overseerr';
import { household } from '../src/simulators/world';
import type { Load } from './load';
import { startLoad } from './load';
import type { House, Person, Server } from './testing';
import { createHouse } from './testing';
import { until } from './watching';

const LEASE_MS = 1_000;
/** A lease, the time until somebody looks, and 5 s. */
const PUSHES_AGAIN_MS = LEASE_MS + LEASE_MS / 3 + 5_000;
/** How long a frozen one is waited for by the front, and some. */
const READS_AGAIN_MS = 4_000;
const BASE = 550;
const MEMBERS = ['api-1', 'api-2', 'projector-1', 'projector-2', 'worker-1', 'worker-2', 'poller-1'];

/** Titles that nobody has: each is asked for once. */
const titles = household.movies
  .filter(({ inLibrary, tmdbId }) => !inLibrary && tmdbId !== BASE)
  .map((one) => one.tmdbId);

describe('a stack, under load', () => {
  // The request service outlives what is killed, and its log is the judge.
  let overseerr: OverseerrSimulator;
  let house: House;
  let server: Server;
  let ben: Person;
  let load: Load;
  const asked: number[] = [];

  beforeAll(async () => {
    overseerr = await startOverseerrSimulator({ seed: 'household', apiKey: 'e2e', availableAfterMs: 3_600_000 });
    house = createHouse({
      DEMO: '1',
      LEASE_MS: `${LEASE_MS}`,
      CALL_TIMEOUT_MS: '500',
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
    return until(`an answer about ${tmdbId}`, async () => {
      const input = { title: { type: 'MOVIE', tmdbId } } as const;
      const answer = await ben.execute(RequestMediaDocument, { input, key }).catch(() => undefined);
      return answer?.requestMedia.request?.id;
    });
  }
  const handedOver = (id: string) =>
    until(`the handover of ${id}`, async () => {
      const answer = await ben.execute(RequestDocument, { id }).catch(() => undefined);
      return answer?.request?.handover.state === 'LINKED' ? true : undefined;
    });
  /** Pids of who will not come back. */
  const gone = new Set<number>();
  const allReady = () =>
    until(
      'the return of all who were killed',
      () => (MEMBERS.some((member) => gone.has(server.pidOf(member))) ? undefined : true),
      100_000,
    );
  const pushed = (id: string) => until(`the push of ${id}`, () => load.heard.find(({ requestId }) => requestId === id));

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
      const id = await ask(titles.pop() ?? 0);
      await pushed(id);
      const frozen = how === 'frozen' ? pause(6 * LEASE_MS) : undefined;
      if (member !== 'poller-1') await handedOver(id);
      await frozen;
      const gaps = { reads: load.reads.longestGap(began), pushes: load.pushes.longestGap(began) };
      console.log(`${member} ${how}: ${JSON.stringify(gaps)}`);
      if (how === 'frozen') process.kill(pid, 'SIGCONT');
      expect(gaps.reads).toBeLessThan(READS_AGAIN_MS);
      expect(gaps.pushes).toBeLessThan(PUSHES_AGAIN_MS);
      await handedOver(await ask(titles.pop() ?? 0));
    },
    150_000,
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
      await pushed(await ask(titles.pop() ?? 0));
      expect(load.reads.longestGap(began)).toBeLessThan(READS_AGAIN_MS);
      expect(load.pushes.longestGap(began)).toBeLessThan(PUSHES_AGAIN_MS);
    },
    150_000,
  );

  it('of the two sent away, the one that the watcher hung on said so', () => {
    expect(load.closes()).toContain(1001);
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

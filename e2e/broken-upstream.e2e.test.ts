import type { Fault } from '../sdk';
import {
  DemoSetFaultDocument,
  DemoUpstreamCallsDocument,
  HandoverUpdatedDocument,
  MeDocument,
  RequestDocument,
  RequestMediaDocument,
  SearchDocument,
  ServerInfoDocument,
  UpstreamDuplicatesDocument,
} from '../sdk';
import { createHouse } from './testing';
import type { Person, Server } from './testing';
import { watch } from './watching';

const house = createHouse();
let server: Server;
let olga: Person;
let ben: Person;

beforeAll(async () => {
  server = await house.start();
  ({ olga, ben } = await server.signIn());
});
afterAll(() => house.leave());
afterEach(() => set('NONE'));

/** Answers how the connection is then. */
async function set(fault: Fault, delayMs?: number) {
  const variables = { kind: 'OVERSEERR' as const, fault, ...(delayMs === undefined ? {} : { delayMs }) };
  return (await olga.execute(DemoSetFaultDocument, variables)).demoSetFault;
}

async function ask(tmdbId: number) {
  const { requestMedia } = await ben.execute(RequestMediaDocument, { input: { title: { type: 'MOVIE', tmdbId } } });
  expect(requestMedia).toMatchObject({ outcome: 'CREATED', problems: [], request: { status: 'APPROVED' } });
  return { ...requestMedia, id: requestMedia.request?.id ?? '' };
}

/** The steps of a handover from its beginning. */
async function handover(id: string, before: string) {
  const steps = watch(ben.subscribe(HandoverUpdatedDocument, { requestId: id, after: before }));
  return {
    step: (what: string, isSo: (step: Step) => boolean) =>
      steps.first(what, ({ handoverUpdated }) => isSo(handoverUpdated)),
    /** All steps until it is linked, shortened: `QUEUED(0)`, `UNCERTAIN(1) UNKNOWN`. */
    async untilLinked() {
      await steps.first('it is handed over', ({ handoverUpdated: { state } }) => state === 'LINKED');
      await steps.stop();
      return steps.seen.map(({ handoverUpdated: { state, attempts, certainty, adopted } }) =>
        [`${state}(${attempts})`, certainty, adopted].filter(Boolean).join(' '),
      );
    },
  };
}
type Step = { state: string; attempts: number; certainty: string | null; adopted: string | null };

const now = async () => (await olga.execute(ServerInfoDocument)).serverInfo;

/** The simulator's own log is the judge. */
async function expectPosts(count: number, since: Date) {
  const { demoUpstreamCalls } = await olga.execute(DemoUpstreamCallsDocument, { kind: 'OVERSEERR', first: 100 });
  const writes = demoUpstreamCalls.filter(({ method, at }) => method !== 'GET' && new Date(at) >= since);
  expect(writes.map(({ method, path }) => `${method} ${path}`)).toEqual(Array(count).fill('POST /api/v1/request'));
  expect((await olga.execute(UpstreamDuplicatesDocument)).upstreamDuplicates.count).toBe(0);
}

it('down: accepted, told where it waits and why, and handed over once when it is back', async () => {
  await ben.execute(SearchDocument, { query: 'dune' });
  const { position } = await now();
  const since = new Date();
  expect(await set('DOWN')).toMatchObject({ state: 'DOWN', problem: { code: 'CONNECTION_DOWN' } });

  const asked = await ask(438631);
  expect(asked.request).toMatchObject({
    title: 'Dune',
    handover: { state: 'QUEUED', waitingOn: 'CONNECTION', queuePosition: 1, attempts: 0, nextAttemptAt: null },
  });
  expect(asked.notices).toEqual([
    { severity: 'WARNING', title: expect.stringMatching(/^Overseerr is down since .* safe/) },
  ]);
  const second = await ask(693134);
  expect(second.request?.handover).toMatchObject({ waitingOn: 'CONNECTION', queuePosition: 2 });
  expect((await ben.execute(MeDocument)).me?.notices).toEqual(asked.notices);
  expect((await now()).degradedFeatures).toEqual(['REQUESTS', 'SEARCH']);

  const { nodes, freshness } = (await ben.execute(SearchDocument, { query: 'dune' })).search;
  expect(freshness).toMatchObject({ source: 'cache', stale: true, observedAt: expect.any(String) });
  expect(nodes.find(({ tmdbId }) => tmdbId === 438631)).toMatchObject({ title: 'Dune', request: { id: asked.id } });

  expect(await set('NONE')).toMatchObject({ state: 'UP', problem: null });
  for (const { id } of [asked, second]) {
    expect(await (await handover(id, position!)).untilLinked()).toEqual(['QUEUED(0)', 'ATTEMPTING(1)', 'LINKED(1)']);
  }
  await expectPosts(2, since);
  expect((await now()).degradedFeatures).toEqual([]);
});

it('committed, but the answer is lost: found and adopted, not asked for twice', async () => {
  const { position } = await now();
  const since = new Date();
  await set('COMMIT_THEN_DROP');
  const asked = await ask(550);
  const watched = await handover(asked.id, position!);
  await watched.step('the outcome is unknown', ({ state }) => state === 'UNCERTAIN');
  await set('NONE');
  const steps = await watched.untilLinked();
  expect(steps.slice(0, 3)).toEqual(['QUEUED(0)', 'ATTEMPTING(1)', 'UNCERTAIN(1) UNKNOWN']);
  expect(steps.at(-1)).toMatch(/^LINKED\(\d\) FOUND_AFTER_UNCERTAIN$/);
  const { request } = await ben.execute(RequestDocument, { id: asked.id });
  expect(request?.upstream).toMatchObject({ adopted: 'FOUND_AFTER_UNCERTAIN' });
  await expectPosts(1, since);
});

const broken = [
  { fault: 'ERROR_500', tmdbId: 605, state: 'DOWN', code: 'CONNECTION_DOWN' },
  { fault: 'WRONG_SHAPE', tmdbId: 624860, state: 'DEGRADED', code: 'CONNECTION_WRONG_SHAPE' },
] as const;
it.each(broken)('$fault: named, not written to, and handed over when it works again', async (one) => {
  const { fault, tmdbId, state, code } = one;
  const { position } = await now();
  const since = new Date();
  expect(await set(fault)).toMatchObject({ state, problem: { code } });
  const asked = await ask(tmdbId);
  expect(asked.request?.handover).toMatchObject({ state: 'QUEUED', waitingOn: 'CONNECTION' });
  expect(asked.notices).toHaveLength(1);
  expect((await ben.execute(SearchDocument, { query: 'matrix' })).search.freshness.stale).toBe(true);
  expect(await set('NONE')).toMatchObject({ state: 'UP', problem: null });
  expect((await (await handover(asked.id, position!)).untilLinked()).at(-1)).toBe('LINKED(1)');
  await expectPosts(1, since);
});

it('slow: no answer waits for it, and what takes too long counts as down', async () => {
  const { position } = await now();
  const since = new Date();
  const looked = set('SLOW', 60_000);
  const asking = ask(335984);
  expect(await Promise.race([looked.then(() => 'the look'), asking.then(() => 'the answer')])).toBe('the answer');
  expect(await looked).toMatchObject({ state: 'DOWN', problem: { code: 'CONNECTION_DOWN' } });
  expect(await set('SLOW', 100)).toMatchObject({ state: 'UP' });
  expect((await (await handover((await asking).id, position!)).untilLinked()).at(-1)).toMatch(/^LINKED/);
  await expectPosts(1, since);
});

it('none of it was a bug: no error was logged', () => {
  const errors = server
    .log()
    .split('\n')
    .filter((line) => /"level":[56]0/.test(line));
  expect(errors).toEqual([]);
});

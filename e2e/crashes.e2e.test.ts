import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  MediaNestError,
  RequestMediaDocument,
  RequestsDocument,
  RequestUpdatedDocument,
  ServerInfoDocument,
} from '../sdk';
import type { Quality, RequestMediaInput } from '../sdk';
import type { OverseerrSimulator } from '../src/simulators/overseerr';
import { startOverseerrSimulator } from '../src/simulators/overseerr';
import { household } from '../src/simulators/world';
import type { House, Person, Server } from './testing';
import { createHouse } from './testing';
import { until, watch } from './watching';

/** All that can be asked for. */
const targets = household.movies.flatMap(({ tmdbId, inLibrary }) => {
  const qualities: Quality[] = inLibrary ? ['UHD_4K'] : ['STANDARD', 'UHD_4K'];
  return qualities.map((quality): RequestMediaInput => ({ title: { type: 'MOVIE', tmdbId }, quality }));
});

/** A handover that gets no answer in time, as on a busy machine, is tried again after up to 5, 10 and 20 s. */
const PATIENCE_MS = 60_000;
jest.setTimeout(150_000);

// The request service outlives the server that is killed. All ask there as its admin, for nobody else may ask for 4K.
let overseerr: OverseerrSimulator;
let house: House;
let server: Server;

beforeEach(async () => {
  // No film arrives meanwhile: who asks for one that did is rightly told that it is there, and nothing is asked for.
  overseerr = await startOverseerrSimulator({ seed: 'household', apiKey: 'e2e', availableAfterMs: 3_600_000 });
  house = createHouse({
    DEMO: '1',
    LEASE_MS: '2000', // the leases of who was killed are waited for
    CALL_TIMEOUT_MS: '1000',
    OVERSEERR_URL: overseerr.url,
    OVERSEERR_API_KEY: 'e2e',
    UPSTREAM_USERS: JSON.stringify({ olga: 1, ben: 1, cleo: 1 }),
  });
  server = await house.start();
});
afterEach(async () => {
  await house.leave();
  await overseerr.close();
});

async function ask(person: Person, input: RequestMediaInput): Promise<string> {
  const { requestMedia } = await person.execute(RequestMediaDocument, { input });
  expect(requestMedia.problems).toEqual([]);
  return requestMedia.request?.id ?? '';
}
const here = async (person: Person) => (await person.execute(ServerInfoDocument)).serverInfo.position!;
const posts = () => overseerr.calls(10_000).filter(({ method }) => method === 'POST').length;

/** Nothing, when it was refused with this code. */
const unless = (code: string) => (error: unknown) => {
  if (error instanceof MediaNestError && error.code === code) return { requests: undefined };
  throw error;
};

/** Every request of the server is handed over, and stands there once. */
async function expectOnceEach(person: Person): Promise<string[]> {
  const atLeast = await here(person);
  let left = ['the view'];
  const look = async () => {
    // Who led the projections before the crash has its lease for a moment more, and the view stands still.
    const { requests } = await person.execute(RequestsDocument, { first: 100, atLeast }).catch(unless('STALE_READ'));
    if (!requests) return undefined;
    left = requests.nodes.flatMap(({ handover: { state } }) => (state === 'LINKED' ? [] : [state]));
    return left.length === 0 ? requests.nodes : undefined;
  };
  const nodes = await until(() => `the handover of all: ${left.join(', ')}`, look, PATIENCE_MS);
  const there = nodes.map(({ tmdbId, quality }) => {
    const same = overseerr.requestsFor(tmdbId).filter(({ is4k }) => is4k === (quality === 'UHD_4K'));
    return [tmdbId, quality, same.length];
  });
  expect(there).toEqual(nodes.map(({ tmdbId, quality }) => [tmdbId, quality, 1]));
  expect(posts()).toBe(nodes.length);
  return nodes.map(({ id }) => id);
}

it.each([
  ['as the first are acknowledged', (acknowledged: number) => acknowledged >= 3],
  ['as the first are handed over', () => posts() >= 3],
])('kill -9, %s: no orphan, and all that was acknowledged is handed over once', async (_when, isTime) => {
  const { ben } = await server.signIn();
  const acknowledged: string[] = [];
  const asking = targets.map(async (input) => {
    acknowledged.push(await ask(ben, input));
  });
  const asked = Promise.allSettled(asking);
  await until('the time to kill', () => (isTime(acknowledged.length) ? true : undefined));
  await server.kill9();
  await asked;
  await until('the end of all its children', () => (house.children().length === 0 ? true : undefined));

  server = await house.start();
  const again = server.as(ben.token);
  const kept = await expectOnceEach(again);
  expect(kept).toEqual(expect.arrayContaining(acknowledged));
});

it('Postgres killed under load: told with a code, nothing is lost, and it comes back by itself', async () => {
  const patience = { patienceMs: 60_000 };
  const people = Object.values(await server.signIn()).map(({ token }) => server.as(token, patience));
  const [olga] = people as [Person];
  const updates = watch(olga.subscribe(RequestUpdatedDocument, { after: await here(olga) }));
  const acknowledged: string[] = [];

  const asking = people.map(async (person) => {
    for (const input of targets) acknowledged.push(await ask(person, input));
  });
  await until('some answers', () => (acknowledged.length >= 10 ? true : undefined));
  process.kill(postmasterOf(house.home), 'SIGKILL');
  await Promise.all(asking);

  const failures = people.flatMap(({ retried }) => retried);
  expect(failures.length).toBeGreaterThan(0);
  expect(failures.filter((error) => !isClear(error))).toEqual([]);
  const kept = await expectOnceEach(olga);
  expect(new Set(acknowledged)).toEqual(new Set(kept));
  expect(kept).toHaveLength(targets.length);

  // Who watched meanwhile heard everything once.
  const heard = (...types: string[]) =>
    updates.seen.filter(({ requestUpdated }) => types.includes(requestUpdated.change.type)).length;
  const joins = 2 * targets.length;
  await until('the last handover and the last who joined at the subscriber', () => {
    const handovers = heard('UpstreamRequestCreated', 'UpstreamRequestAdopted');
    return handovers === targets.length && heard('RequestJoined') >= joins ? true : undefined;
  });
  await updates.stop();
  expect([heard('MediaRequestSubmitted'), heard('RequestJoined')]).toEqual([targets.length, joins]);
});

const isClear = ({ code }: MediaNestError): boolean =>
  ['DATABASE_UNAVAILABLE', 'EVENT_STORE_UNAVAILABLE', 'UNKNOWN_OUTCOME'].includes(code);

const postmasterOf = (home: string) =>
  Number(readFileSync(path.join(home, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);

import { RequestMediaDocument, RequestUpdatedDocument } from '../sdk';
import type { Redis } from './redis';
import { isRedisMissing, startRedis } from './redis';
import { allGone, connectAndKill, heldBy, TOPIC } from './sockets';
import type { House, Person, Server } from './testing';
import { createHouse } from './testing';
import { until, watch } from './watching';

if (isRedisMissing)
  console.warn('Wake-ups through Redis are NOT tested: neither redis-server nor valkey-server is there.');

/** Nobody knows them; that they were asked for is told all the same. */
let film = 700_000;
/** Seven processes start at once, also on a busy machine. */
const START_MS = 240_000;
const [A, B] = ['api-1', 'api-2'];
let house: House;
let server: Server;
let ben: Person;
let cleo: Person;

/** One asks at one process, one watches at another; a third projects. */
async function open(env: Record<string, string>): Promise<void> {
  house = createHouse({ LEASE_MS: '5000', METRICS_PORT: '0', ...env });
  server = await house.start({}, { stack: true });
  const people = await server.signIn();
  ben = server.as(people.ben.token, { at: server.urlOf(A), patienceMs: 30_000 });
  cleo = server.as(people.cleo.token, { at: server.urlOf(B) });
}
async function ask(): Promise<string> {
  const input = { title: { type: 'MOVIE', tmdbId: (film += 1) } } as const;
  const { requestMedia } = await ben.execute(RequestMediaDocument, { input });
  return requestMedia.request?.id ?? '';
}
type Watching = ReturnType<typeof watchAtB>;
const watchAtB = () => watch(cleo.subscribe(RequestUpdatedDocument));
/** What was asked for at A is told at B. */
async function arrives(watching: Watching): Promise<void> {
  const id = await ask();
  await watching.first(`${id} at ${B}`, ({ requestUpdated: { request } }) => request.id === id);
}
/** The same after an outage, without a poll: who tells may be back later than who listens, and what it tells until then is lost. */
async function arrivesAgain({ seen }: Watching): Promise<void> {
  const asked = new Set<string>();
  await until(`one of what was asked for, at ${B}`, async () => {
    asked.add(await ask());
    return seen.some(({ requestUpdated: { request } }) => asked.has(request.id)) ? true : undefined;
  });
}
/** Everything once, in order. */
function expectOrder({ seen }: Watching): void {
  const places = seen.map(({ requestUpdated: { position } }) => BigInt(position.split('.').at(-1) ?? ''));
  expect(places).toEqual([...new Set(places)].sort((a, b) => (a < b ? -1 : 1)));
}

(isRedisMissing ? describe.skip : describe)('with Redis and no poll, a change is told at another process', () => {
  let redis: Redis;
  let watching: Watching;
  beforeAll(async () => {
    redis = await startRedis();
    await open({ REDIS_URL: redis.url, FEED_POLL_MS: '3600000' });
    watching = watchAtB();
    await subscribed();
  }, START_MS);
  afterAll(async () => {
    await watching?.stop();
    await house?.leave();
    await redis?.close();
  });
  afterEach(() => expectOrder(watching));
  const subscribed = () =>
    until('the subscription at Redis', () => (redis.subscriptions(TOPIC) > 0 ? true : undefined));

  it('by a wake-up', async () => {
    for (let change = 0; change < 3; change += 1) await arrives(watching);
  });

  it('also when Redis was restarted in between', async () => {
    await redis.restart();
    await subscribed();
    await arrivesAgain(watching);
  });

  it('also when it was frozen: what happened meanwhile, too', async () => {
    redis.freeze();
    const id = await ask().finally(() => redis.thaw());
    await watching.first(`${id} at ${B}`, ({ requestUpdated: { request } }) => request.id === id);
    await arrivesAgain(watching);
  });

  it('also when it was cut off: what happened meanwhile, too', async () => {
    redis.cut();
    const id = await ask();
    await until('the end of the subscription', () => (redis.subscriptions(TOPIC) === 0 ? true : undefined));
    redis.mend();
    await watching.first(`${id} at ${B}`, ({ requestUpdated: { request } }) => request.id === id);
    await arrivesAgain(watching);
  });

  it('and of those who were gone without a word nothing is left', async () => {
    await watching.stop();
    await allGone(server, { member: B, redis });
    await connectAndKill(server, { member: B, person: cleo, times: 60 });
    await allGone(server, { member: B, redis });
    const before = await heldBy(server, B);
    await connectAndKill(server, { member: B, person: cleo, times: 240 });
    await allGone(server, { member: B, redis });
    await until('the files of then', async () =>
      (await heldBy(server, B)).files <= before.files + 3 ? true : undefined,
    );
  });
});

describe('without Redis', () => {
  // Nothing that is installed is found there.
  beforeAll(() => open({ PATH: '/nonexistent' }), START_MS);
  afterAll(() => house?.leave());

  it('a change is told at another process, too', async () => {
    expect(server.log()).toContain('processes wake each other by polling');
    const watching = watchAtB();
    for (let change = 0; change < 3; change += 1) await arrives(watching);
    expectOrder(watching);
    await watching.stop();
  });
});

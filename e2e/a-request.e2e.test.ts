import {
  DemoSetFaultDocument,
  DemoUpstreamCallsDocument,
  LeaveRequestDocument,
  MeDocument,
  NodeDocument,
  NodesDocument,
  RequestDocument,
  RequestMediaDocument,
  RequestsDocument,
  RequestUpdatedDocument,
  RetryRequestDocument,
  SearchDocument,
  ServerInfoDocument,
} from '../sdk';
import { createHouse } from './testing';
import type { Person, Server } from './testing';
import { until, watch } from './watching';

const film = (tmdbId: number) => ({ title: { type: 'MOVIE' as const, tmdbId } });
const FIGHT_CLUB = film(550);
const DUNE = film(438631);
const GODFATHER = film(238);
const PARASITE = film(496243);
const INCEPTION = film(27205); // in the library from the first day

const house = createHouse();
let server: Server;
let olga: Person;
let ben: Person;
let cleo: Person;

beforeAll(async () => {
  server = await house.start();
  ({ olga, ben, cleo } = await server.signIn());
});
afterAll(() => house.leave());

async function ask(person: Person, input: ReturnType<typeof film>, key?: string) {
  const { requestMedia } = await person.execute(RequestMediaDocument, { input, ...(key ? { key } : {}) });
  return { ...requestMedia, id: requestMedia.request?.id ?? '', position: requestMedia.position ?? '' };
}
const read = async (person: Person, id: string, atLeast?: string) =>
  (await person.execute(RequestDocument, { id, ...(atLeast ? { atLeast } : {}) })).request;
const here = async () => (await olga.execute(ServerInfoDocument)).serverInfo.position!;

it('says who one is, and how the server is', async () => {
  expect((await olga.execute(MeDocument)).me).toMatchObject({ name: 'Olga', role: 'ADMIN', notices: [] });
  expect((await ben.execute(MeDocument)).me).toMatchObject({ name: 'Ben', role: 'FRIEND' });
  const { serverInfo } = await ben.execute(ServerInfoDocument);
  expect(serverInfo).toMatchObject({ demo: true, degradedFeatures: [] });
  expect(serverInfo.connections).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: 'OVERSEERR', simulated: true, flavour: 'SEERR', state: 'UP', problem: null }),
    ]),
  );
  expect(serverInfo.projections!.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['request-view', 'request-timeline']),
  );
  expect(serverInfo.projections!.filter(({ state, error }) => state === 'STOPPED' || error !== null)).toEqual([]);
});

it('a film goes its whole way: approved at once, and every step is seen until it is there', async () => {
  const steps = watch(cleo.subscribe(RequestUpdatedDocument, { after: await here() }));

  const asked = await ask(ben, FIGHT_CLUB);
  expect(asked).toMatchObject({
    outcome: 'CREATED',
    problems: [],
    notices: [],
    position: expect.stringMatching(/^p1\.[a-z0-9]+\.\d+$/),
    request: {
      status: 'APPROVED',
      requester: { name: 'Ben' },
      followers: [],
      decision: {
        state: 'APPROVED',
        by: { kind: 'POLICY', name: 'films-at-once' },
        explanation: {
          rule: 'films-at-once',
          text: expect.any(String),
          inputs: expect.arrayContaining([{ name: 'mediaType', value: 'MOVIE' }]),
        },
      },
      handover: { state: 'QUEUED', waitingOn: 'TURN', queuePosition: 1, attempts: 0 },
      upstream: null,
    },
  });

  await steps.first('Fight Club is available', ({ requestUpdated: { change, request } }) => {
    return request.id === asked.id && change.status === 'AVAILABLE';
  });
  await steps.stop();
  expect(steps.seen.map(({ requestUpdated: { change } }) => `${change.type} ${change.status}`)).toEqual([
    'MediaRequestSubmitted PENDING_APPROVAL',
    'MediaRequestAutoApproved APPROVED',
    'HandoverQueued APPROVED',
    'HandoverAttempted APPROVED',
    'UpstreamRequestCreated PROCESSING',
    'MediaBecameAvailable AVAILABLE',
  ]);
  // Cleo is not on it: what happens is for everybody, who did it is not.
  expect(steps.seen.map(({ requestUpdated: { change } }) => change.actor?.name ?? null)).not.toContain('Ben');

  const request = await read(ben, asked.id);
  expect(request).toMatchObject({
    title: 'Fight Club',
    year: 1999,
    status: 'AVAILABLE',
    stage: 'IN_PLEX',
    handover: { state: 'LINKED', attempts: 1, waitingOn: null, queuePosition: null, lastProblem: null },
    upstream: { adopted: null, url: null },
  });
  const timeline = request?.timeline.nodes ?? [];
  expect(timeline.map(({ type, actor }) => [type, actor?.kind, actor?.name])).toEqual([
    ['MediaRequestSubmitted', 'USER', 'Ben'],
    ['MediaRequestAutoApproved', 'POLICY', 'films-at-once'],
    ['HandoverQueued', 'POLICY', 'hand-over'],
    ['HandoverAttempted', 'POLICY', 'hand-over'],
    ['UpstreamRequestCreated', 'POLICY', 'hand-over'],
    ['MediaBecameAvailable', 'UPSTREAM', 'overseerr'],
  ]);
  expect(timeline.filter(({ text }) => text === '')).toEqual([]);
  expect((await ask(cleo, FIGHT_CLUB)).outcome).toBe('ALREADY_AVAILABLE');
});

it('what is in the library is not asked for, also when nobody has searched for it', async () => {
  await until('the sweep of what is available', async () => {
    const { demoUpstreamCalls } = await olga.execute(DemoUpstreamCallsDocument, { kind: 'OVERSEERR', first: 100 });
    return demoUpstreamCalls.find(({ path }) => path.startsWith('/api/v1/media'));
  });
  const { outcome, request, problems, position } = await ask(ben, INCEPTION);
  expect({ outcome, request, position }).toEqual({ outcome: 'ALREADY_AVAILABLE', request: null, position: '' });
  expect(problems).toEqual([
    expect.objectContaining({ __typename: 'AlreadyAvailable', code: 'ALREADY_AVAILABLE', retryable: false }),
  ]);
});

it('a search tells what is there, what is asked for, and whether one may ask', async () => {
  const asked = await ask(ben, film(605));
  await read(ben, asked.id, asked.position);
  const search = async (person: Person, query: string) => (await person.execute(SearchDocument, { query })).search;

  const { nodes, freshness } = await search(ben, 'matrix');
  expect(freshness).toMatchObject({ source: 'overseerr', stale: false });
  const [matrix, revolutions, resurrections] = [603, 605, 624860].map((id) =>
    nodes.find(({ tmdbId }) => tmdbId === id),
  );
  expect(matrix).toMatchObject({
    title: 'The Matrix',
    availability: expect.arrayContaining([expect.objectContaining({ quality: 'STANDARD', state: 'AVAILABLE' })]),
    request: null,
    canRequest: { allowed: false, reason: expect.stringContaining('library') },
  });
  expect(revolutions).toMatchObject({
    request: { id: asked.id },
    myRequest: { id: asked.id },
    canRequest: { allowed: false, reason: expect.stringContaining('already') },
  });
  expect(resurrections).toMatchObject({ request: null, myRequest: null, canRequest: { allowed: true, reason: null } });

  const seenByCleo = (await search(cleo, 'matrix')).nodes.find(({ tmdbId }) => tmdbId === 605);
  expect(seenByCleo).toMatchObject({ request: { id: asked.id }, myRequest: null, canRequest: { allowed: true } });
  const [series] = (await search(ben, 'breaking bad')).nodes;
  expect(series).toMatchObject({
    type: 'TV',
    canRequest: { allowed: false, reason: expect.stringContaining('Series') },
  });
});

it('series are refused for now, with the way to the argument', async () => {
  const input = { title: { type: 'TV' as const, tmdbId: 1396 }, seasons: [1, 2] };
  const { requestMedia } = await ben.execute(RequestMediaDocument, { input });
  expect(requestMedia).toMatchObject({ outcome: null, request: null, position: null });
  expect(requestMedia.problems).toEqual([
    expect.objectContaining({ __typename: 'InvalidInput', code: 'TV_NOT_YET', path: ['input', 'title', 'type'] }),
  ]);
});

describe('while Overseerr is away, so that nothing moves,', () => {
  beforeAll(() => olga.execute(DemoSetFaultDocument, { kind: 'OVERSEERR', fault: 'DOWN' }));
  afterAll(() => olga.execute(DemoSetFaultDocument, { kind: 'OVERSEERR', fault: 'NONE' }));

  it('who asks for the same joins, once, and may leave again; who asked first stays', async () => {
    const first = await ask(ben, DUNE);
    const second = await ask(cleo, DUNE);
    expect([first.outcome, second.outcome, second.id]).toEqual(['CREATED', 'JOINED', first.id]);
    expect(second.request?.followers).toEqual([expect.objectContaining({ name: 'Cleo' })]);
    expect((await ask(cleo, DUNE)).outcome).toBe('ALREADY_REQUESTED');
    expect(await ask(ben, DUNE)).toMatchObject({ outcome: 'ALREADY_REQUESTED', id: first.id, problems: [] });

    const left = (await cleo.execute(LeaveRequestDocument, { id: first.id })).leaveRequest;
    expect(left.problems).toEqual([]);
    expect((await read(ben, first.id, left.position ?? ''))?.followers).toEqual([]);
    const refused = async (person: Person) =>
      (await person.execute(LeaveRequestDocument, { id: first.id })).leaveRequest;
    expect((await refused(cleo)).problems).toMatchObject([{ __typename: 'Conflict', code: 'NOT_ON_REQUEST' }]);
    expect((await refused(ben)).problems).toMatchObject([{ __typename: 'Conflict', code: 'REQUESTER_CANNOT_LEAVE' }]);
  });

  it('two who ask in the same second share one request', async () => {
    const answers = await Promise.all([ask(ben, PARASITE), ask(cleo, PARASITE)]);
    expect(answers.map(({ outcome }) => outcome).sort()).toEqual(['CREATED', 'JOINED']);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
  });

  it('only a failed request is retried, and only by those whom it concerns', async () => {
    const { id } = await ask(ben, film(335984));
    const retry = async (person: Person) => (await person.execute(RetryRequestDocument, { id })).retryRequest.problems;
    expect(await retry(ben)).toMatchObject([{ __typename: 'Conflict', code: 'INVALID_TRANSITION' }]);
    expect(await retry(cleo)).toMatchObject([{ __typename: 'Forbidden', missing: ['REQUESTS_DECIDE'] }]);
  });

  it('who asked, and the timeline, are for those on the request and those who decide', async () => {
    const { id, position } = await ask(ben, GODFATHER);
    const seenBy = async (person: Person) => {
      const request = await read(person, id, position);
      const { nodes } = (await person.execute(RequestsDocument)).requests;
      expect(nodes.find((one) => one.id === id)?.requester).toEqual(request?.requester);
      return {
        requester: request?.requester?.name,
        entries: request?.timeline.nodes.length,
        people: request?.followers,
      };
    };
    const hidden = { requester: undefined, entries: 0, people: null };
    expect(await seenBy(cleo)).toEqual(hidden);
    expect((await read(cleo, id))?.status).toEqual(expect.any(String));
    for (const person of [ben, olga]) {
      const seen = await seenBy(person);
      expect(seen).toMatchObject({ requester: 'Ben', people: [] });
      expect(seen.entries).toBeGreaterThanOrEqual(3);
    }
  });

  it('everything has a global id; what is not there, or not for one, is null', async () => {
    const { id, position } = await ask(ben, GODFATHER);
    await read(ben, id, position);
    const { me } = await ben.execute(MeDocument);
    const cleoId = (await cleo.execute(MeDocument)).me?.id ?? '';
    expect((await ben.execute(NodeDocument, { id })).node).toMatchObject({ __typename: 'MediaRequest', id });
    const ids = [me?.id ?? '', 'req_nothing', id, cleoId, 'garbage', ''];
    expect((await ben.execute(NodesDocument, { ids })).nodes).toEqual([
      { __typename: 'Account', id: me?.id },
      null,
      { __typename: 'MediaRequest', id },
      null,
      null,
      null,
    ]);
  });
});

it('an idempotency key gives the first answer again, also after a restart, and takes no other body', async () => {
  const key = 'from-the-kitchen-tablet';
  const first = await ask(ben, film(624860), key);
  expect(first.outcome).toBe('CREATED');
  expect(await ask(ben, film(624860), key)).toMatchObject({ outcome: 'CREATED', id: first.id });

  await server.stop();
  server = await house.start();
  ({ olga, ben, cleo } = await server.signIn());

  expect(await ask(ben, film(624860), key)).toMatchObject({ outcome: 'CREATED', id: first.id, problems: [] });
  const other = await ask(ben, film(693134), key);
  expect(other).toMatchObject({ outcome: null, request: null, problems: [{ code: 'IDEMPOTENCY_KEY_REUSED' }] });
  // The key of another person is another key.
  expect(await ask(cleo, film(693134), key)).toMatchObject({ outcome: 'CREATED' });
});

import {
  AcceptUpstreamIdentityDocument,
  DemoSetFaultDocument,
  MeDocument,
  RequestDocument,
  RequestMediaDocument,
  ServerInfoDocument,
  UpstreamDuplicatesDocument,
} from '../sdk';
import type { OverseerrSimulator } from '../src/simulators/overseerr';
import { startOverseerrSimulator } from '../src/simulators/overseerr';
import type { House, Person, Server } from './testing';
import { createHouse } from './testing';
import { until } from './watching';

/** Outside demo mode: an Overseerr of one's own, which a simulator stands for here, and accounts of the settings. */
let overseerr: OverseerrSimulator;
let house: House;
let server: Server;
let olga: Person;
let ben: Person;

const apiKey = 'the-key-of-the-house';
beforeAll(async () => {
  overseerr = await startOverseerrSimulator({ seed: 'household', apiKey });
  house = createHouse({
    OVERSEERR_URL: overseerr.url,
    OVERSEERR_API_KEY: apiKey,
    UPSTREAM_USERS: '{"olga": 1, "ben": 2}',
  });
  server = await house.start();
  [olga, ben] = [server.as(await house.token('olga')), server.as(await house.token('ben'))];
});
afterAll(async () => {
  await house?.leave();
  await overseerr.close();
});

const connection = async () =>
  (await ben.execute(ServerInfoDocument)).serverInfo.connections!.find(({ kind }) => kind === 'OVERSEERR');

it('has no link and no switches of the demo; the accounts are those of the settings', async () => {
  expect(server.link).toBe('');
  const { serverInfo } = await ben.execute(ServerInfoDocument);
  expect(serverInfo).toMatchObject({ demo: false });
  expect(serverInfo.connections).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: 'OVERSEERR', simulated: false, flavour: 'SEERR', state: 'UP' }),
      expect.objectContaining({
        kind: 'UPTIME_KUMA',
        state: 'ABSENT',
        problem: expect.objectContaining({ code: 'CONNECTION_ABSENT' }),
      }),
    ]),
  );
  expect((await olga.execute(MeDocument)).me).toMatchObject({ name: 'Olga', role: 'ADMIN' });
  expect((await ben.execute(MeDocument)).me).toMatchObject({ name: 'Ben', role: 'FRIEND' });
  await expect(house.token('cleo')).rejects.toThrow('cleo');
  await expect(olga.execute(DemoSetFaultDocument, { kind: 'OVERSEERR', fault: 'DOWN' })).rejects.toMatchObject({
    code: 'GRAPHQL_VALIDATION_FAILED',
  });
});

it('asks there in the name of the friend, and links to the page of the request', async () => {
  const { requestMedia } = await ben.execute(RequestMediaDocument, {
    input: { title: { type: 'MOVIE', tmdbId: 550 } },
  });
  const id = requestMedia.request?.id ?? '';
  const { upstream } = await until('the handover', async () => {
    const { request } = await ben.execute(RequestDocument, { id });
    return request?.handover.state === 'LINKED' ? request : undefined;
  });
  expect(upstream).toMatchObject({ url: `${overseerr.url}/movie/550`, adopted: null });
  expect(overseerr.requestsFor(550)).toMatchObject([{ id: upstream?.requestId, requestedBy: 2 }]);
});

it('counts a title that is asked for there a second time', async () => {
  const count = async () => (await ben.execute(UpstreamDuplicatesDocument)).upstreamDuplicates.count;
  expect(await count()).toBe(0);
  await ben.execute(RequestMediaDocument, { input: { title: { type: 'MOVIE', tmdbId: 438631 } } });
  await until('the handover', () => (overseerr.requestsFor(438631).length === 1 ? true : undefined));
  overseerr.plantRequest(438631, 3);
  await until('its discovery', async () => ((await count()) === 1 ? true : undefined));
});

it('says so when its key is refused, and keeps what is asked for', async () => {
  await server.stop();
  server = await house.start({ OVERSEERR_API_KEY: 'another-key' });
  [olga, ben] = [server.as(olga.token), server.as(ben.token)];
  const refused = { state: 'UNAUTHORIZED', problem: { code: 'CONNECTION_UNAUTHORIZED' } };
  expect(await connection()).toMatchObject(refused);
  const { requestMedia } = await ben.execute(RequestMediaDocument, {
    input: { title: { type: 'MOVIE', tmdbId: 605 } },
  });
  expect(requestMedia).toMatchObject({
    outcome: 'CREATED',
    request: { handover: { state: 'QUEUED', waitingOn: 'CONNECTION', queuePosition: 1 } },
    notices: [{ title: expect.stringContaining('refuses our key') }],
  });
  expect(server.log()).not.toContain('another-key');

  await server.stop();
  server = await house.start();
  ben = server.as(ben.token);
  expect(await connection()).toMatchObject({ state: 'UP', problem: null });
  await until('the handover', () => (overseerr.requestsFor(605).length === 1 ? true : undefined));
});

it('writes nothing to another Overseerr behind the same address, until an admin goes on with it', async () => {
  const { port } = overseerr;
  await overseerr.close();
  overseerr = await startOverseerrSimulator({ seed: 'household', apiKey, port, vapidPublic: 'made at another place' });
  const { problem } = await until('the discovery', async () => {
    const seen = await connection();
    return seen?.state === 'SUSPENDED' ? seen : undefined;
  });
  expect(problem).toMatchObject({
    code: 'CONNECTION_IDENTITY_CHANGED',
    message: expect.stringContaining('acceptUpstreamIdentity'),
  });
  const input = { title: { type: 'MOVIE', tmdbId: 693134 } } as const;
  const { requestMedia } = await ben.execute(RequestMediaDocument, { input });
  expect(requestMedia.request?.handover).toMatchObject({ state: 'QUEUED', waitingOn: 'CONNECTION' });

  const accept = (person: Person, connectionId: string) =>
    person.execute(AcceptUpstreamIdentityDocument, { connectionId, idempotencyKey: 'go on' });
  await expect(accept(ben, 'overseerr')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  const admin = server.as(olga.token);
  expect((await accept(admin, 'nobody')).acceptUpstreamIdentity.problems).toMatchObject([{ code: 'NOT_FOUND' }]);
  expect(overseerr.calls().filter(({ method }) => method !== 'GET')).toEqual([]);

  expect(await accept(admin, 'overseerr')).toMatchObject({
    acceptUpstreamIdentity: { connection: { state: 'UP', problem: null }, problems: [] },
  });
  await until('the handover', () => (overseerr.requestsFor(693134).length === 1 ? true : undefined));
  expect((await accept(admin, 'overseerr')).acceptUpstreamIdentity.problems).toEqual([]);
});

import { existsSync } from 'node:fs';
import { RequestMediaDocument, RequestUpdatedDocument } from '../sdk';
import * as plain from './plain';
import { launch } from './program';
import { createHouse } from './testing';
import type { House, Server } from './testing';
import { until, watch } from './watching';

interface Told {
  position: string;
  streamId: string;
  streamVersion: number;
  type: string;
  eventId: string;
}
const toldIn = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Told);

const STREAM = 'mediaRequest-movie-550-standard';
let house: House;
let server: Server;
let position: string;
let people: Awaited<ReturnType<Server['signIn']>>;

beforeAll(async () => {
  house = createHouse();
  server = await house.start();
  people = await server.signIn();
  const { ben } = people;
  const answer = await ben.execute(RequestMediaDocument, { input: { title: { type: 'MOVIE', tmdbId: 550 } } });
  position = answer.requestMedia.position!;
});
afterAll(() => house.leave());

it('tells the log, one stream of it, and what comes after a position, beside a server that runs', async () => {
  const whole = toldIn((await house.run(['events'])).stdout);
  expect(whole.map(({ type }) => type)).toContain('MediaRequestSubmitted');
  const stream = toldIn((await house.run(['events', '--stream', STREAM])).stdout);
  expect(stream.map(({ streamVersion }) => streamVersion)).toEqual(stream.map((_, index) => index));
  expect(new Set(stream.map(({ streamId }) => streamId))).toEqual(new Set([STREAM]));
  const after = toldIn((await house.run(['events', '--after', whole[0]!.position])).stdout);
  expect(after.slice(0, whole.length - 1)).toEqual(whole.slice(1)); // more may have happened since
});

it('follows the log until it is told to stop', async () => {
  const follower = launch({
    words: ['events', '--after', '0', '--follow'],
    env: { ...process.env, MEDIANEST_HOME: house.home },
  });
  const told = async (type: string) =>
    until(type, () => (follower.output.stdout.includes(`"${type}"`) ? true : undefined)).catch(
      async (error: unknown) => {
        follower.signal('SIGKILL');
        throw error;
      },
    );
  await told('MediaBecameAvailable'); // the simulated Overseerr moves on by itself
  follower.signal('SIGINT');
  expect(await follower.end()).toBe(0);
});

it('makes a view anew beside a server that runs, and what it tells goes on', async () => {
  const watching = watch(people.ben.subscribe(RequestUpdatedDocument, { after: position }));
  expect(await house.run(['rebuild', 'request-view'])).toMatchObject({ code: 0, stdout: 'request-view is rebuilt\n' });
  const { requestMedia } = await people.ben.execute(RequestMediaDocument, {
    input: { title: { type: 'MOVIE', tmdbId: 700_001 } },
  });
  await watching.first(
    'what came after',
    ({ requestUpdated }) => requestUpdated.request.id === requestMedia.request?.id,
  );
  await watching.stop();
  const odd = await house.run(['rebuild', 'hand-over']);
  expect(odd).toMatchObject({ code: 1, stderr: expect.stringContaining('there are: request-view, ') });
});

describe('an account', () => {
  it('that is suspended gets nothing more on any way in, and is let in again when it is resumed', async () => {
    const { ben } = people;
    const query = 'subscription { requestUpdated(mine: true) { position } }';
    const socket = plain.closeOf(server.url, [{ type: 'connection_init', payload: plain.bearer(ben) }]);
    const headers = { accept: 'text/event-stream', 'content-type': 'application/json', ...plain.bearer(ben) };
    const body = JSON.stringify({ query });
    const stream = await fetch(`${server.url}/stream`, { method: 'POST', headers, body });
    const ask = () => plain.send(server.url, '{"query":"{ me { name role } }"}', { headers: plain.bearer(ben) });
    expect(await ask()).toMatchObject({ status: 200, data: { me: { name: 'Ben', role: 'FRIEND' } } });

    expect(await house.run(['account', 'suspend', 'ben'])).toMatchObject({
      code: 0,
      stdout: 'ben: FRIEND, suspended\n',
    });
    const since = Date.now();
    expect(await socket).toBe(4403);
    await endOf(stream);
    expect(Date.now() - since).toBeLessThan(5_000);
    expect(await ask()).toMatchObject({ status: 401, codes: ['UNAUTHENTICATED'] });

    expect(await house.run(['account', 'resume', 'ben'])).toMatchObject({ code: 0, stdout: 'ben: FRIEND\n' });
    await until('ben is let in', async () => ((await ask()).status === 200 ? true : undefined));
  });

  it('that is lowered gets nothing more of what it may not see, on a subscription that goes on', async () => {
    const { ben, olga } = people;
    const role = async (name: string) => {
      expect(await house.run(['account', 'role', 'ben', name])).toMatchObject({ code: 0 });
      const body = '{"query":"{ me { role } }"}';
      const told = async () => (await plain.send(server.url, body, { headers: plain.bearer(ben) })).data?.['me'];
      await until(`ben is a ${name}`, async () =>
        `${JSON.stringify(await told())}`.includes(name.toUpperCase()) ? true : undefined,
      );
    };
    await role('decider');
    const watching = watch(ben.subscribe(RequestUpdatedDocument, { after: position }));
    /** Who asked, as ben is told. */
    const asks = async (tmdbId: number) => {
      const { requestMedia } = await olga.execute(RequestMediaDocument, {
        input: { title: { type: 'MOVIE', tmdbId } },
      });
      const { requestUpdated } = await watching.first(
        'that she asked',
        ({ requestUpdated: { change, request } }) =>
          change.type === 'MediaRequestSubmitted' && request.id === requestMedia.request?.id,
      );
      return requestUpdated.change.actor?.name;
    };
    expect(await asks(438631)).toBe('Olga');
    await role('friend');
    expect(await asks(238)).toBeNull();
    await watching.stop();
  });

  it('is not the last admin, and not somebody else', async () => {
    const last = await house.run(['account', 'suspend', 'olga']);
    expect(last).toMatchObject({ code: 1, stderr: expect.stringContaining('last admin') });
    const unknown = await house.run(['account', 'suspend', 'nobody']);
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('no account "nobody"') });
    const odd = await house.run(['account', 'role', 'ben', 'king']);
    expect(odd).toMatchObject({ code: 1, stderr: expect.stringContaining('admin|decider|friend') });
  });
});

/** Resolves when it ended, or was cut. */
async function endOf(stream: Response): Promise<void> {
  const reader = stream.body!.getReader();
  while (!(await reader.read().catch(() => ({ done: true }))).done);
}

it('refuses what it cannot do, and says what it can', async () => {
  const refused = await house.run(['events', '--stream', STREAM, '--follow']);
  expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('--stream goes alone') });
  const unknown = await house.run(['events', '--stream', 'mediaRequest-movie-551-standard']);
  expect(unknown).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('no stream "mediaRequest-') });
  const foreign = await house.run(['events', '--after', 'p1.pg0000.1']);
  expect(foreign).toMatchObject({ code: 1, stderr: expect.stringContaining('another event store') });
});

it('finds the store whole, beside the server and without it, and leaves nothing running', async () => {
  const whole = { code: 0, stdout: expect.stringMatching(/^\d+ events of \d+ streams: whole\n$/) };
  expect(await house.run(['verify'])).toMatchObject(whole);
  await server.stop();
  expect(await house.run(['verify'])).toMatchObject(whole);
  expect(house.children()).toEqual([]);
});

it('says so when there is no store yet, gives no token that no server would take, and leaves nothing', async () => {
  const empty = createHouse();
  expect(await empty.run(['verify'])).toMatchObject({ code: 1, stderr: expect.stringContaining('no event store in') });
  const token = await empty.run(['token', '--account', 'ben']);
  expect(token).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('no server has run in') });
  const away = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' };
  expect(await empty.run(['verify'], away)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no event store'),
  });
  expect(existsSync(empty.home)).toBe(false);
  await empty.leave();
});

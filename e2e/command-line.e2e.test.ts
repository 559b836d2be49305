import { RequestMediaDocument } from '../sdk';
import { launch } from './program';
import { createHouse } from './testing';
import type { House, Server } from './testing';
import { until } from './watching';

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

beforeAll(async () => {
  house = createHouse();
  server = await house.start();
  const { ben } = await server.signIn();
  await ben.execute(RequestMediaDocument, { input: { title: { type: 'MOVIE', tmdbId: 550 } } });
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

it('refuses what it cannot do, and says what it can', async () => {
  const refused = await house.run(['events', '--stream', STREAM, '--follow']);
  expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('--stream goes alone') });
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

it('says so when there is no store yet', async () => {
  const empty = createHouse();
  expect(await empty.run(['verify'])).toMatchObject({ code: 1, stderr: expect.stringContaining('no event store in') });
  await empty.leave();
});

import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import path from 'node:path';
import {
  DemoUpstreamCallsDocument,
  MeDocument,
  RequestDocument,
  RequestMediaDocument,
  RequestUpdatedDocument,
  ServerInfoDocument,
  TitleDocument,
} from '../sdk';
import { createHouse } from './testing';
import type { Ended, House, Person } from './testing';
import { until, watch } from './watching';

let house: House;
beforeEach(() => {
  house = createHouse();
});
afterEach(() => house.leave());

async function ask(person: Person, tmdbId: number): Promise<string> {
  const { requestMedia } = await person.execute(RequestMediaDocument, { input: { title: { type: 'MOVIE', tmdbId } } });
  return requestMedia.request?.id ?? '';
}
/** The request as it stands now; a view may be behind. */
async function read(person: Person, id: string) {
  const { serverInfo } = await person.execute(ServerInfoDocument);
  return (await person.execute(RequestDocument, { id, atLeast: serverInfo.position })).request;
}

describe('told to go', () => {
  it('it answers what was asked, sends subscribers away, and stops all that it started', async () => {
    const server = await house.start();
    const { ben, cleo } = await server.signIn();
    const token = ben.token;
    const subscriber = watch(cleo.subscribe(RequestUpdatedDocument));
    const asked = await ask(ben, 550);
    await subscriber.first('an update', () => true);

    const asking = [438631, 693134, 605, 624860, 335984, 238, 496243].map((tmdbId) => ask(ben, tmdbId));
    await asking[0];
    const answers = Promise.allSettled(asking);
    const saidBefore = server.log().length;
    const told = Date.now();
    await server.stop('SIGTERM');
    expect(Date.now() - told).toBeLessThan(8_000); // by then what is still open is cut
    expect(server.log().slice(saidBefore)).not.toMatch(/"level":[456]0/);
    expect(await subscriber.ended()).toBeNull();
    expect(cleo.retried[0]).toMatchObject({ status: 1001 }); // its client would have gone on elsewhere
    const acknowledged = (await answers).flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(acknowledged.length).toBeGreaterThan(0);

    const again = (await house.start()).as(token);
    for (const id of [asked, ...acknowledged]) expect(await read(again, id)).toMatchObject({ id });
  });

  it('Ctrl-C at `npm start` does the same', async () => {
    const server = await house.start({}, { fromTerminal: true });
    expect(house.children()).not.toEqual([]);
    await server.stop('SIGINT');
  });
});

it('what was, is there after a restart; also at the simulator; and the second start is no slower', async () => {
  const first = await house.start();
  const { ben } = await first.signIn();
  const id = await ask(ben, 550);
  await until('Fight Club', async () => ((await read(ben, id))?.status === 'AVAILABLE' ? true : undefined));
  const before = await read(ben, id);
  await first.stop();

  const second = await house.start();
  console.log(`first start ${first.startedInMs} ms, second start ${second.startedInMs} ms`);
  const { olga, ben: benAgain } = await second.signIn();
  expect(await read(benAgain, id)).toEqual(before);
  const { title } = await benAgain.execute(TitleDocument, { type: 'MOVIE', tmdbId: 550 });
  expect(title?.availability).toContainEqual({ quality: 'STANDARD', state: 'AVAILABLE' });
  const { demoUpstreamCalls } = await olga.execute(DemoUpstreamCallsDocument, { kind: 'OVERSEERR', first: 100 });
  expect(demoUpstreamCalls.filter(({ method }) => method === 'POST')).toHaveLength(1);
  // A token of before is still one, a code of before is none.
  expect((await second.as(ben.token).execute(MeDocument)).me?.name).toBe('Ben');
  expect(first.link).not.toBe(second.link);
});

it('killed, it is succeeded at once: nobody waits for the end of its leases', async () => {
  const lives = { LEASE_MS: '120000' };
  const first = await house.start(lives);
  await first.kill9();
  await until('the end of all its children', () => (house.children().length === 0 ? true : undefined));
  const { ben } = await (await house.start(lives)).signIn();
  const id = await ask(ben, 550);
  await until('the handover', async () => ((await read(ben, id))?.handover.state === 'LINKED' ? true : undefined));
});

describe('a start that cannot be', () => {
  /** One message for a person, no stack; around it the log's JSON lines. */
  function expectRefusal({ code, stdout, stderr }: Ended, ...says: (string | RegExp)[]): void {
    const [message = '', ...more] =
      stderr
        .split(/^(?=medianest: )/m)
        .slice(-1)[0]
        ?.split('\n\n') ?? [];
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(message).toMatch(/^medianest: /);
    expect(more.join('').trim()).toBe('');
    expect(stderr).not.toMatch(/^ +at /m);
    for (const words of says) expect(message).toMatch(words);
    expect(house.children()).toEqual([]);
  }
  const startsNow = async () => (await house.start()).stop();

  it('on a busy port says so, and leaves a folder that can be used', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    try {
      expectRefusal(await house.run([], { PORT: `${port}` }), `port ${port} of 127.0.0.1`, 'PORT');
    } finally {
      other.close();
    }
    await startsNow();
  });

  it('on the state of another server says so, and does not disturb it', async () => {
    const server = await house.start();
    const { ben } = await server.signIn();
    const { code, stdout, stderr } = await house.run([]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^medianest: .*(in use|runs|running)/m);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(await read(ben, await ask(ben, 550))).not.toBeNull();
    await server.stop();
    await startsNow();
  });

  it('with mistakes in the settings names all of them, and touches nothing', async () => {
    const wrong = { PORT: 'many', ROLES: 'api,cook', DEMO: 'yes', LEASE_MS: '5s', REDIS_URL: 'localhost:6379' };
    expectRefusal(await house.run([], wrong), ...Object.keys(wrong).map((name) => new RegExp(`^ +- ${name}`, 'm')));
    expect(existsSync(house.home)).toBe(false);
  });

  it('without a key for the request service says which one', async () => {
    expectRefusal(await house.run([], { OVERSEERR_URL: 'http://127.0.0.1:1' }), 'OVERSEERR_API_KEY');
    expect(existsSync(house.home)).toBe(false);
  });

  it('in a folder that is a file says so', async () => {
    writeFileSync(house.home, 'mine');
    expectRefusal(await house.run([]), house.home, 'MEDIANEST_HOME');
  });

  // Root may write everywhere.
  (process.getuid?.() === 0 ? it.skip : it)('in a folder that may not be written says so', async () => {
    mkdirSync(house.home, { mode: 0o500 });
    expectRefusal(await house.run([]), house.home, 'MEDIANEST_HOME');
    expect(readdirSync(house.home)).toEqual([]);
    chmodSync(house.home, 0o700);
  });

  it('in a folder with a database of somebody else says so, and leaves it alone', async () => {
    const data = path.join(house.home, 'postgres', 'data');
    mkdirSync(data, { recursive: true });
    writeFileSync(path.join(data, 'precious'), 'mine');
    expectRefusal(await house.run([]), data, 'MEDIANEST_HOME');
    expect(readdirSync(data)).toEqual(['precious']);
  });
});

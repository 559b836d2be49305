import { startSocketServer, until } from '../../mechanisms/socket/testing';
import type { RecordedServer, Version } from './testing';
import { client, recording, startRecorded, watcher } from './testing';
import type { UptimeKumaClient } from '.';

let closing: { close(): unknown }[] = [];
let open: UptimeKumaClient[] = [];
afterEach(async () => {
  open.forEach((one) => one.stop());
  await Promise.all(closing.map((one) => one.close()));
  [open, closing] = [[], []];
});

async function serve(version: Version, port?: number): Promise<RecordedServer> {
  const server = await startRecorded(version, port);
  closing.push(server);
  return server;
}
function watch(url: string, change?: Parameters<typeof client>[1]) {
  const kuma = client(url, change);
  open.push(kuma);
  const heard = watcher();
  kuma.watch(heard.listener);
  return { kuma, ...heard };
}

describe.each<Version>(['2.5.3', '1.23.17'])('against what %s said', (version) => {
  it('logs in, says who it is and tells the whole board', async () => {
    const { url, logins } = await serve(version);
    const { kuma, boards } = watch(url);
    expect(await kuma.identify()).toEqual({ flavour: null, version, instanceId: null });
    await until(() => kuma.isLive());
    await kuma.probe();
    expect(logins).toEqual(['login']);
    expect(kuma.trouble()).toBeNull();
    expect(kuma.silentForMs()).toBeLessThan(5_000);
    expect(boards).toHaveLength(1);
    const states = boards[0]?.map(({ externalId, name, group, type, paused, beats }) => [
      Number(externalId),
      name,
      group,
      type,
      paused ? 'PAUSED' : beats.at(-1)?.status,
    ]);
    expect(states).toEqual(
      {
        '2.5.3': [
          [1, 'Production', null, 'group', 'DOWN'],
          [2, 'Flip API', 'Production', 'http', 'UP'],
          [3, 'Flip API with retries', null, 'http', 'UP'],
          [4, 'Always down', 'Production', 'http', 'DOWN'],
          [5, 'TCP echo', null, 'port', 'UP'],
          [6, 'Cron push', null, 'push', 'DOWN'],
          [7, 'Silent push', null, 'push', 'DOWN'],
          [8, 'In maintenance', null, 'http', 'MAINTENANCE'],
          [9, 'Keyword', null, 'keyword', 'UP'],
          [10, 'JSON query', null, 'json-query', 'UP'],
          [11, 'HTTPS valid', null, 'http', 'UP'],
          [12, 'HTTPS self-signed', null, 'http', 'UP'],
          [13, 'Paused', null, 'http', 'PAUSED'],
          [14, 'Manual pending', null, 'manual', 'PENDING'],
          [15, 'Empty group', null, 'group', 'PENDING'],
          [16, 'Unknown type', null, 'no-such-type', 'DOWN'],
        ],
        '1.23.17': [
          [1, 'Production', null, 'group', 'PENDING'],
          [2, 'Flip API', 'Production', 'http', 'UP'],
          [3, 'Always down', null, 'http', 'DOWN'],
          [4, 'TCP echo', null, 'port', 'UP'],
          [5, 'Cron push', null, 'push', undefined],
          [6, 'In maintenance', null, 'http', 'UP'],
          [7, 'HTTPS self-signed', null, 'http', 'UP'],
          [8, 'Never pushed', null, 'push', undefined],
        ],
      }[version],
    );
  });

  it('takes the live checks, whose ids are numbers and whose missing fields are missing', async () => {
    const { url, say } = await serve(version);
    const { kuma, news } = watch(url);
    await until(() => kuma.isLive());
    const said = recording(version === '2.5.3' ? '2.5.3-08-live-heartbeats' : '1.23.17-08-live-flip-and-push');
    const live = said.filter(([event]) => event === 'heartbeat').map(([, [one]]) => one as Record<string, unknown>);
    say(said);
    const last = `${String(live.at(-1)?.['time']).replace(' ', 'T')}Z`;
    await until(() => news.flatMap(({ beats }) => beats).some(({ at }) => at === last));
    const flips = news
      .filter(({ externalId }) => externalId === '2')
      .flatMap(({ beats }) => beats)
      .map(({ status, pingMs }) => [status, pingMs === null]);
    expect(flips).toContainEqual(['DOWN', true]);
    expect(flips.at(-1)).toEqual(['UP', false]);
    const times = new Set(news.flatMap(({ beats }) => beats.map(({ at }) => at)));
    expect([...times].every((at) => at.endsWith('Z') && !Number.isNaN(Date.parse(at)))).toBe(true);
    expect(news.flatMap(({ beats }) => beats).length).toBeLessThanOrEqual(live.length);
  });

  it('comes back by token after every loss, with what happened meanwhile, and no second password', async () => {
    const first = await serve(version);
    const { kuma, boards } = watch(first.url);
    await until(() => kuma.isLive());
    await first.close();
    await until(() => kuma.trouble());
    await expect(kuma.probe()).rejects.toMatchObject({ failure: 'UNREACHABLE' });
    const second = await serve(version, Number(new URL(first.url).port));
    await until(() => kuma.isLive());
    expect([first.logins, second.logins, boards.length]).toEqual([['login'], ['loginByToken'], 2]);
  });

  it('says that user or password are wrong, and does not ask again', async () => {
    const { url, logins } = await serve(version);
    const { kuma } = watch(url, { password: 'another-password' });
    for (let n = 0; n < 3; n++) await expect(kuma.identify()).rejects.toMatchObject({ failure: 'UNAUTHORIZED' });
    expect(logins).toEqual([]);
    expect(String(kuma.trouble())).not.toContain('another-password');
  });
});

it('is sent away when the password was changed, and says so', async () => {
  const server = await serve('2.5.3');
  const { kuma } = watch(server.url, { loginTimes: { leastMs: 0, refusedMs: 60_000, limitedMs: 60_000 } });
  await until(() => kuma.isLive());
  server.answers.loginByToken = () => ({ ok: false, msg: 'authInvalidToken', msgi18n: true });
  server.answers.login = () => ({ ok: false, msg: 'authIncorrectCreds', msgi18n: true });
  server.say([['refresh', []]]);
  server.io.disconnectSockets(true);
  await until(() => server.logins.length === 3);
  await until(() => (kuma.trouble() as { failure?: string } | null)?.failure === 'UNAUTHORIZED');
  await expect(kuma.identify()).rejects.toMatchObject({ failure: 'UNAUTHORIZED' });
  expect(server.logins).toEqual(['login', 'loginByToken', 'login']);
});

it('needs no login where the service asks for none', async () => {
  const server = await startSocketServer();
  closing.push(server);
  server.io.on('connection', (socket) => {
    socket.emit('info', { primaryBaseURL: null });
    socket.on('login', (_who: unknown, answer: (ack: object) => void) =>
      answer({ ok: false, msg: 'authIncorrectCreds' }),
    );
    socket.on('getTags', (answer: (ack: object) => void) => answer({ ok: true, tags: [] }));
    socket.emit('monitorList', {});
    socket.emit('info', { version: '2.5.3' });
    socket.emit('autoLogin');
  });
  const { kuma, boards } = watch(server.url);
  await until(() => kuma.isLive());
  expect(await kuma.identify()).toMatchObject({ version: '2.5.3' });
  expect(boards).toEqual([[]]);
});

it('knows another service that speaks Socket.IO as another', async () => {
  const server = await startSocketServer();
  closing.push(server);
  const { kuma } = watch(server.url, { timeoutMs: 100 });
  await expect(kuma.identify()).rejects.toMatchObject({ failure: expect.stringMatching('TIMEOUT|WRONG_SHAPE') });
  await until(() => (kuma.trouble() as { failure?: string } | null)?.failure === 'WRONG_SHAPE');
});

it('leaves out what it cannot read, and goes on', async () => {
  const { url, say } = await serve('2.5.3');
  const { kuma, news } = watch(url);
  await until(() => kuma.isLive());
  const beat = { monitorID: 2, status: 0, time: '2030-01-01 00:00:00.000', msg: 'after the nonsense' };
  say([
    ['heartbeat', ['nonsense']],
    ['valueOf', [1]],
    ['__proto__', [1]],
    ['heartbeat', [{ ...beat, status: 7, time: '2029-01-01 00:00:00.000' }]],
    ['heartbeat', [{ ...beat, time: 'soon' }]],
    ['updateMonitorIntoList', [{ 3: { id: 3 } }]],
    ['deleteMonitorFromList', [null]],
    ['monitorList', ['nothing']],
    ['heartbeatList', [2, null, false]],
    ['heartbeat', [beat]],
  ]);
  await until(() => news.some(({ beats }) => beats.some(({ message }) => message === 'after the nonsense')));
  expect(news.flatMap(({ beats }) => beats)).toEqual([
    { status: 'DOWN', at: '2030-01-01T00:00:00.000Z', message: 'after the nonsense', pingMs: null },
  ]);
  expect(kuma.isLive()).toBe(true);
  expect(kuma.strange()).toEqual(['heartbeat status 7', 'heartbeat of another shape']);
});

it('a new and a deleted monitor are told, also when a text is their id', async () => {
  const { url, say } = await serve('2.5.3');
  const { kuma, news, gone } = watch(url);
  await until(() => kuma.isLive());
  say([
    ['updateMonitorIntoList', [{ 17: { id: 17, name: 'Router', type: 'ping', active: true, parent: 1 } }]],
    ['deleteMonitorFromList', ['17']],
    ['deleteMonitorFromList', [16]],
  ]);
  await until(() => gone.length === 2);
  expect(news).toEqual([
    { externalId: '17', name: 'Router', group: 'Production', type: 'ping', paused: false, beats: [] },
  ]);
  expect(gone).toEqual(['17', '16']);
});

it('what is in a group is off and on with it, though 2.x tells of the group only', async () => {
  const { url, say, io } = await serve('2.5.3');
  const list = recording('2.5.3-07-after-login').find(([event]) => event === 'monitorList')![1][0];
  const monitors = list as Record<string, { parent: number | null }>;
  let active = true;
  io.on('connection', (socket) =>
    socket.on('getMonitorList', (answer: (ack: object) => void) => {
      const shown = Object.entries(monitors).map(([id, one]) => [
        id,
        id === '1' || one.parent === 1 ? { ...one, active, forceInactive: !active && id !== '1' } : one,
      ]);
      socket.emit('monitorList', Object.fromEntries(shown));
      answer({ ok: true });
    }),
  );
  const { kuma, boards } = watch(url);
  await until(() => kuma.isLive());
  const pausedIn = (services: (typeof boards)[number] | undefined) =>
    services?.filter(({ paused }) => paused).map(({ externalId }) => externalId);
  expect(pausedIn(boards.at(-1))).toEqual(['13']);
  active = false;
  say([['updateMonitorIntoList', [{ 1: { ...monitors['1'], active } }]]]);
  await until(() => boards.length === 2);
  expect(pausedIn(boards.at(-1))).toEqual(['1', '2', '4', '13']);
  active = true;
  say([['updateMonitorIntoList', [{ 1: { ...monitors['1'], active } }]]]);
  await until(() => boards.length === 3);
  expect(pausedIn(boards.at(-1))).toEqual(['13']);
});

it('does not answer for the time zone of the whole server', async () => {
  const { url, say, io } = await serve('2.5.3');
  const told: unknown[] = [];
  io.on('connection', (socket) => socket.onAny((event: string) => told.push(event)));
  const { kuma } = watch(url);
  await until(() => kuma.isLive());
  say([['initServerTimezone', []]]);
  await kuma.probe();
  expect(told).toEqual(['login', 'getTags']);
});

it('one that answers nothing any more is not well because its connection stands', async () => {
  const { url, io } = await serve('2.5.3');
  const { kuma } = watch(url, { timeoutMs: 300 });
  await until(() => kuma.isLive());
  io.sockets.sockets.forEach((socket) => socket.removeAllListeners('getTags'));
  for (const look of [() => kuma.probe(), () => kuma.identify()])
    await expect(look()).rejects.toMatchObject({ failure: 'TIMEOUT' });
});

it('an answer that makes no sense ends the connection: what was pushed may be of the same kind', async () => {
  const server = await serve('2.5.3');
  const { kuma, boards } = watch(server.url);
  await until(() => kuma.isLive());
  server.answers.getTags = () => ({ ok: 'perhaps' });
  await expect(kuma.probe()).rejects.toMatchObject({ failure: 'WRONG_SHAPE' });
  await until(() => boards.length === 2);
  expect(server.logins).toEqual(['login', 'loginByToken']);
});

import { until } from '../../mechanisms/socket/testing';
import type { Simulators } from './testing/running-house';
import { SECRET } from './testing/running-house';
import type { UpstreamBench } from './testing/wrong-upstreams';
import { openUpstreamBench } from './testing/wrong-upstreams';

jest.setTimeout(90_000);

let here: UpstreamBench;
beforeAll(async () => {
  here = await openUpstreamBench();
});
afterAll(() => here.close());

interface Told {
  id: string;
  state: string;
  problem: { code: string; message: string } | null;
}
interface ServerInfo {
  serverInfo: { connections: Told[]; degradedFeatures: string[] };
}
const INFO = '{ serverInfo { degradedFeatures connections { id state problem { code message } } } }';
const IDS: Record<keyof Simulators, string> = { plex: 'plex', overseerr: 'overseerr', uptimeKuma: 'uptime-kuma' };
const FEATURES = { plex: ['LIBRARY'], overseerr: ['REQUESTS', 'SEARCH'], uptimeKuma: ['STATUS'] };

/** How the connections are as soon as this one is so. */
async function seen(name: keyof Simulators, isSo: (told: Told) => boolean): Promise<ServerInfo['serverInfo']> {
  let info!: ServerInfo['serverInfo'];
  await until(async () => {
    ({ serverInfo: info } = await here.ask<ServerInfo>(INFO));
    return isSo(info.connections.find(({ id }) => id === IDS[name])!);
  });
  return info;
}
async function heal(name: keyof Simulators): Promise<void> {
  await here.gates[name].leadTo(here.own[name].url);
  await seen(name, ({ state, problem }) => state === 'UP' && problem?.code !== 'CONNECTION_IDENTITY_CHANGED');
}

const down = { state: 'DOWN', code: 'CONNECTION_DOWN', todo: /ECONNREFUSED.*is it running, is the address right\?$/ };
const late = { ...down, todo: /in time.*is it running, is the address right\?$/ };
const odd = { state: 'DEGRADED', code: 'CONNECTION_WRONG_SHAPE', todo: /check the address\.$/ };
const refused = {
  state: 'UNAUTHORIZED',
  code: 'CONNECTION_UNAUTHORIZED',
  todo: /set the current one.* and start again/,
};
const suspended = { state: 'SUSPENDED', code: 'CONNECTION_IDENTITY_CHANGED', todo: /acceptUpstreamIdentity/ };

type Row = [what: string, name: keyof Simulators, place: (here: UpstreamBench) => string | null, told: typeof down];
const rows: Row[] = [
  ['nobody', 'plex', () => null, down],
  ['nobody', 'overseerr', () => null, down],
  ['nobody', 'uptimeKuma', () => null, down],
  ['a server without such a page', 'plex', ({ wrong }) => wrong.nothingThere, odd],
  ['a server without such a page', 'overseerr', ({ wrong }) => wrong.nothingThere, odd],
  ['a server without such a page', 'uptimeKuma', ({ wrong }) => wrong.nothingThere, odd],
  ['another service', 'plex', ({ own }) => own.overseerr.url, odd],
  ['another service', 'overseerr', ({ own }) => own.plex.url, odd],
  ['another service', 'uptimeKuma', ({ own }) => own.overseerr.url, odd],
  ['a page of HTML', 'plex', ({ wrong }) => wrong.page, odd],
  ['a page of HTML', 'overseerr', ({ wrong }) => wrong.page, odd],
  ['a page of HTML', 'uptimeKuma', ({ wrong }) => wrong.page, odd],
  ['an answer of 100 MB', 'plex', ({ wrong }) => wrong.flood, odd],
  ['an answer of 100 MB', 'overseerr', ({ wrong }) => wrong.flood, odd],
  ['an answer of 100 MB', 'uptimeKuma', ({ wrong }) => wrong.floodOfSockets, odd],
  ['an answer that never ends', 'plex', ({ wrong }) => wrong.endless, late],
  ['an answer that never ends', 'overseerr', ({ wrong }) => wrong.endless, late],
  ['a socket that says nothing', 'uptimeKuma', ({ wrong }) => wrong.silenceOfSockets, odd],
  ['another machine', 'plex', ({ strangers }) => strangers.plex.url, suspended],
  ['another installation', 'overseerr', ({ strangers }) => strangers.overseerr.url, suspended],
  ['a service that takes another key', 'plex', ({ others }) => others.plex.url, refused],
  ['a service that takes another key', 'overseerr', ({ others }) => others.overseerr.url, refused],
];

it.each(rows)('%s at the address of %s is told with what to do, and the others go on', async (...row) => {
  const [, name, place, told] = row;
  try {
    await here.gates[name].leadTo(place(here));
    const { connections, degradedFeatures } = await seen(name, ({ problem }) => told.todo.test(problem?.message ?? ''));
    for (const { id, state, problem } of connections) {
      if (id !== IDS[name]) expect([id, state, problem]).toEqual([id, 'UP', null]);
      else expect([state, problem?.code]).toEqual([told.state, told.code]);
      expect(problem?.message ?? '').not.toContain(SECRET);
    }
    expect(degradedFeatures).toEqual(FEATURES[name]);
  } finally {
    await heal(name);
  }
});

describe('words that no table knows', () => {
  const unknown = ({ state, problem }: Told) => state === 'UP' && problem?.code === 'UNKNOWN_UPSTREAM_STATE';

  it('of Overseerr are told, and stop nothing', async () => {
    await here.gates.overseerr.leadTo(here.wrong.overseerrOfLater);
    await here.house.library.syncAvailability();
    const { connections } = await seen('overseerr', unknown);
    expect(connections.find(({ id }) => id === 'overseerr')?.problem?.message).toMatch(
      /media status 42.*newer MediaNest/,
    );
    await here.gates.overseerr.leadTo(here.own.overseerr.url);
  });

  it('of Uptime Kuma are told, and what carries them stays as it was', async () => {
    here.own.uptimeKuma.setCondition(1, { status: 7 as never, msg: 'to come', ping: null });
    here.own.uptimeKuma.check();
    const { connections } = await seen('uptimeKuma', unknown);
    expect(connections.find(({ id }) => id === 'uptime-kuma')?.problem?.message).toMatch(/heartbeat status 7/);
    const { services } = await here.ask<{ services: { summary: { up: number } } }>('{ services { summary { up } } }');
    expect(services.summary.up).toBe(12);
  });

  it('of Plex are libraries of no type that we know', async () => {
    await here.gates.plex.leadTo(here.wrong.plexOfLater);
    const sections = await here.house.upstreams.plex.client.sections();
    expect(sections.map(({ type }) => type)).toEqual(['OTHER', 'OTHER']);
    await seen('plex', ({ state }) => state === 'UP');
    await here.gates.plex.leadTo(here.own.plex.url);
  });
});

/** The last of its kind: who was refused is not asked for minutes. */
it('an Uptime Kuma that takes another password is told with what to do, and is not bothered again', async () => {
  await here.gates.uptimeKuma.leadTo(here.others.uptimeKuma.url);
  const { connections } = await seen('uptimeKuma', ({ state }) => state === refused.state);
  const { problem } = connections.find(({ id }) => id === 'uptime-kuma')!;
  expect(problem).toMatchObject({ code: refused.code, message: expect.stringMatching(refused.todo) });
  expect(problem?.message).not.toContain(SECRET);
  const before = here.others.uptimeKuma.calls().filter(({ path }) => path === 'login').length;
  for (let looks = 0; looks < 3; looks += 1) await here.house.connections.checks.get('uptime-kuma')!();
  expect(here.others.uptimeKuma.calls().filter(({ path }) => path === 'login')).toHaveLength(before);
  expect(connections.filter(({ state }) => state === 'UP').map(({ id }) => id)).toEqual(['overseerr', 'plex']);
});

describe('another Plex behind the same address', () => {
  it('is not browsed until an admin goes on with it; what the first one had is still shown', async () => {
    const libraries = '{ libraries { id freshness { stale } } }';
    interface Libraries {
      libraries: { id: string; freshness: { stale: boolean } }[];
    }
    const before = await here.ask<Libraries>(libraries);
    await here.gates.plex.leadTo(here.strangers.plex.url);
    await seen('plex', ({ state }) => state === 'SUSPENDED');
    const browsed = () => here.strangers.plex.calls(1_000).filter(({ path }) => /\/(all|metadata)/.test(path));
    const during = await here.ask<Libraries>(libraries);
    expect(during.libraries.map(({ id }) => id)).toEqual(before.libraries.map(({ id }) => id));
    expect(browsed()).toEqual([]);

    const accept =
      'mutation { acceptUpstreamIdentity(connectionId: "plex") { connection { state } problems { message } } }';
    expect(await here.ask(accept)).toEqual({ acceptUpstreamIdentity: { connection: { state: 'UP' }, problems: [] } });
    await until(async () => {
      const { libraries: after } = await here.ask<Libraries>(libraries);
      return after.every(({ id }) => id.startsWith('lib_another-'));
    });
  });
});

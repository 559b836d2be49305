import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createLogger } from '../../mechanisms/observability';
import { readSettings } from '../config';
import { connectUpstreams } from '.';
import { createReleases } from '../shutdown';
import { openStateFolder } from '../state-folder';
import type { Simulators } from './testing/running-house';
import { runHouse, SECRET, settingsFor, simulatorsWith } from './testing/running-house';

jest.setTimeout(60_000);

type Name = keyof Simulators;
type Kind = 'REAL' | 'SIMULATED' | 'ABSENT';
const NAMES: readonly Name[] = ['plex', 'overseerr', 'uptimeKuma'];
const log = createLogger({ level: 'silent' });

/** Simulators on ports of their own stand for the services of a household. */
let real: Simulators;
let home: string;
beforeAll(async () => {
  real = await simulatorsWith(SECRET);
  home = mkdtempSync(path.join(os.tmpdir(), 'medianest-partly-'));
});
afterAll(async () => {
  await Promise.all(Object.values(real).map((one: { close(): Promise<void> }) => one.close()));
  rmSync(home, { recursive: true, force: true });
});

/** Demo mode simulates what is not real; outside of it that is absent. */
function envOf(kinds: Record<Name, Kind>): Record<string, string> {
  const isDemo = NAMES.every((name) => kinds[name] !== 'ABSENT');
  const urls = NAMES.flatMap((name) => (kinds[name] === 'REAL' ? [[name, real[name].url] as const] : []));
  const users = { UPSTREAM_USERS: '{"olga": 1, "ben": 2}' };
  return { ...settingsFor(Object.fromEntries(urls)), ...(isDemo ? { DEMO: '1' } : { DEMO: '0', ...users }) };
}

const setups = (['SIMULATED', 'ABSENT'] as const).flatMap((instead) =>
  Array.from({ length: 8 }, (_one, number) => {
    const [plex, overseerr, uptimeKuma] = NAMES.map((_name, place): Kind => (number & (1 << place) ? 'REAL' : instead));
    return { plex: plex!, overseerr: overseerr!, uptimeKuma: uptimeKuma! };
  }),
);
const sensible = setups.filter(
  (one, index) =>
    Object.values(one).some((kind) => kind !== 'ABSENT') && // nothing at all is refused at the start
    setups.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === index,
);

it('says what to do about a damaged state of the simulated Overseerr', async () => {
  const folder = openStateFolder(mkdtempSync(path.join(home, 'damaged-')));
  const stateFile = folder.place('demo', 'overseerr.json');
  writeFileSync(stateFile, '{"seed":"hou');
  const releases = createReleases(log);
  const connecting = connectUpstreams({ settings: readSettings({ DEMO: '1' }), folder, releases, log });
  const told = { name: 'StartupError', message: expect.stringMatching(`${stateFile}: put it back, or remove it`) };
  await expect(connecting)
    .rejects.toMatchObject(told)
    .finally(() => releases.releaseAll());
});

it.each(sensible)('Plex $plex, Overseerr $overseerr, Uptime Kuma $uptimeKuma', async (kinds) => {
  const releases = createReleases(log);
  const env = { ...envOf(kinds), MEDIANEST_HOME: home };
  const upstreams = await connectUpstreams({
    ...{ settings: readSettings(env), folder: openStateFolder(home), releases, log },
  });
  const { uptimeKuma } = upstreams;
  const nobody = { board: () => undefined, service: () => undefined, gone: () => undefined };
  if (!uptimeKuma.connection.absent) uptimeKuma.client.watch(nobody);
  try {
    for (const name of NAMES) {
      const { connection, client, simulated } = upstreams[name];
      const before = real[name].calls(10_000).length;
      const identified = await client.identify().then(
        () => 'answered',
        ({ code }: { code: string }) => code,
      );
      const isAsked = real[name].calls(10_000).length > before || (name === 'uptimeKuma' && kinds[name] === 'REAL');
      expect({ name, kind: kindOf(connection), identified, isAsked, switches: simulated !== undefined }).toEqual({
        ...{ name, kind: kinds[name], identified: kinds[name] === 'ABSENT' ? 'CONNECTION_ABSENT' : 'answered' },
        ...{ isAsked: kinds[name] === 'REAL', switches: kinds[name] === 'SIMULATED' },
      });
    }
  } finally {
    await releases.releaseAll();
  }
});
const kindOf = ({ simulated, absent }: { simulated: boolean; absent?: string }): Kind =>
  absent === undefined ? (simulated ? 'SIMULATED' : 'REAL') : 'ABSENT';

const QUERIES: Record<Name, string> = {
  plex: '{ libraries { id } }',
  overseerr: '{ search(query: "matrix") { nodes { key } } }',
  uptimeKuma: '{ services { summary { up } } }',
};
const REQUEST =
  'mutation { requestMedia(input: { title: { type: MOVIE, tmdbId: 550 } }) { outcome problems { code message } } }';
const INFO = '{ serverInfo { degradedFeatures connections { id simulated state problem { code message } } } }';
interface Info {
  serverInfo: {
    degradedFeatures: string[];
    connections: { id: string; simulated: boolean; state: string; problem: { code: string; message: string } | null }[];
  };
}
const FEATURES = { plex: ['LIBRARY'], overseerr: ['REQUESTS', 'SEARCH'], uptimeKuma: ['STATUS'] };

it.each(NAMES)('with %s alone the others say what to set, and what needs them says so too', async (name) => {
  const kinds = { plex: 'ABSENT', overseerr: 'ABSENT', uptimeKuma: 'ABSENT', [name]: 'REAL' } as Record<Name, Kind>;
  const { ask, close } = await runHouse(envOf(kinds));
  try {
    const { connections, degradedFeatures } = (await ask<Info>(INFO)).data!.serverInfo;
    expect(degradedFeatures.sort()).toEqual(NAMES.flatMap((one) => (one === name ? [] : FEATURES[one])).sort());
    for (const { id, state, problem } of connections) {
      if (state === 'UP') expect([id.replace('uptime-kuma', 'uptimeKuma'), problem]).toEqual([name, null]);
      else expect([state, problem]).toEqual(['ABSENT', absent(/: set [A-Z_]+_URL.* and start again\.$/)]);
    }
    for (const other of NAMES) {
      const { data, errors } = await ask<object>(QUERIES[other]);
      if (other === name) expect([errors, data]).toEqual([undefined, expect.any(Object)]);
      else
        expect(errors?.map(({ message, extensions }) => ({ code: extensions.code, message }))).toEqual([absent(/set/)]);
    }
    const { requestMedia } = (await ask<{ requestMedia: object }>(REQUEST)).data!;
    if (name === 'overseerr') expect(requestMedia).toEqual({ outcome: 'CREATED', problems: [] });
    else expect(requestMedia).toEqual({ outcome: null, problems: [absent(/OVERSEERR_URL/)] });
  } finally {
    await close();
  }
});
const absent = (message: RegExp) => ({ code: 'CONNECTION_ABSENT', message: expect.stringMatching(message) as string });

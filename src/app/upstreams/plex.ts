import { randomBytes } from 'node:crypto';
import type { Connection } from '../../features/connections';
import { createHttpClient } from '../../mechanisms/http';
import type { Arrival, PlexSimulator } from '../../simulators/plex';
import { startPlexSimulator } from '../../simulators/plex';
import type { PlexClient } from '../../upstreams/plex';
import { createPlexClient } from '../../upstreams/plex';
import type { Upstream, UpstreamParts, Simulated } from './upstream';
import { absentClient } from './upstream';

export interface PlexUpstream extends Upstream<PlexClient> {
  simulated?: SimulatedPlex;
}

export interface SimulatedPlex extends Simulated {
  address: Address;
  switches: {
    setFault(...args: Parameters<PlexSimulator['setFault']>): Promise<void>;
    calls(first: number): Promise<ReturnType<PlexSimulator['calls']>>;
  };
}

/** It answers from SQLite, and slows down under many calls (contracts/plex.md 5). */
const CALLS_AT_ONCE = 4;
const LARGEST_ANSWER = 20 * 1024 * 1024;
const IDENTITY = { id: 'plex', kind: 'PLEX' } as const;
const ABSENT = 'No Plex is connected: set PLEX_URL and PLEX_TOKEN and start again.';

/** `arrivals`: what came into the simulated household since. */
export async function connectPlex(parts: UpstreamParts, arrivals: () => readonly Arrival[]): Promise<PlexUpstream> {
  const { plex: real, demo } = parts.settings;
  if (real) return connect(parts, real, { ...IDENTITY, simulated: false });
  if (demo) {
    const simulated = await (parts.remoteSimulators?.of<SimulatedPlex>(IDENTITY.id) ?? simulate(parts, arrivals));
    return { ...connect(parts, simulated.address, { ...IDENTITY, simulated: true }), simulated };
  }
  return { connection: { ...IDENTITY, simulated: false, absent: ABSENT }, client: absentClient(ABSENT) };
}

interface Address {
  url: string;
  token: string;
}

function connect(
  { settings, releases, observer, log }: UpstreamParts,
  { url, token }: Address,
  connection: Connection,
) {
  const http = createHttpClient({
    name: connection.id,
    baseUrl: url,
    headers: { 'x-plex-token': token },
    timeoutMs: settings.times.callMs,
    maxConcurrent: CALLS_AT_ONCE,
    maxBodyBytes: LARGEST_ANSWER,
    ...(observer && { observer }),
    log,
  });
  const client = createPlexClient({ http });
  releases.add('plex client', () => client.close());
  return { connection, client };
}

async function simulate(
  { settings, releases }: UpstreamParts,
  arrivals: () => readonly Arrival[],
): Promise<SimulatedPlex> {
  const token = randomBytes(15).toString('base64url');
  const simulator = await startPlexSimulator({ token, items: settings.demoLibraryItems, arrivals });
  releases.add('plex simulator', () => simulator.close());
  return {
    address: { url: simulator.url, token },
    switches: { setFault: simulator.setFault, calls: async (first) => simulator.calls(first) },
  };
}

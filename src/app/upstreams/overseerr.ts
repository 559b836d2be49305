import { randomBytes } from 'node:crypto';
import type { Connection } from '../../features/connections';
import { StartupError } from '../../mechanisms/errors';
import { createHttpClient } from '../../mechanisms/http';
import type { OverseerrFault, OverseerrSimulator, ReceivedCall } from '../../simulators/overseerr';
import { startOverseerrSimulator } from '../../simulators/overseerr';
import type { OverseerrClient } from '../../upstreams/overseerr';
import { createOverseerrClient } from '../../upstreams/overseerr';
import type { Upstream, UpstreamParts, Simulated } from './upstream';
import { absentClient } from './upstream';

export interface OverseerrUpstream extends Upstream<OverseerrClient> {
  /** Where the requests of people are shown; null where there are no pages. */
  pagesUrl: string | null;
  simulated?: SimulatedOverseerr;
}

export interface SimulatedOverseerr extends Simulated {
  address: Address;
  switches: {
    setFault(fault: OverseerrFault, delayMs: number): Promise<void>;
    calls(first: number): Promise<ReceivedCall[]>;
  };
  /** What has come into the library of the simulated household; for the simulators beside it. */
  available?: OverseerrSimulator['available'];
}

/** Installations on SQLite serialise their writes: few calls at once (contracts/overseerr.md 13). */
const CALLS_AT_ONCE = 4;
const LARGEST_ANSWER = 10 * 1024 * 1024;
const IDENTITY = { id: 'overseerr', kind: 'OVERSEERR' } as const;
const ABSENT = 'No request service is connected: set OVERSEERR_URL and OVERSEERR_API_KEY and start again.';

export async function connectOverseerr(parts: UpstreamParts): Promise<OverseerrUpstream> {
  const { overseerr: real, demo } = parts.settings;
  if (real) return { ...connect(parts, real, { ...IDENTITY, simulated: false }), pagesUrl: real.url };
  if (demo) {
    const simulated = await (parts.remoteSimulators?.of<SimulatedOverseerr>(IDENTITY.id) ?? simulate(parts));
    return { ...connect(parts, simulated.address, { ...IDENTITY, simulated: true }), pagesUrl: null, simulated };
  }
  return {
    connection: { ...IDENTITY, simulated: false, absent: ABSENT },
    client: absentClient(ABSENT),
    pagesUrl: null,
  };
}

interface Address {
  url: string;
  apiKey: string;
}

function connect(
  { settings, releases, observer, log }: UpstreamParts,
  { url, apiKey }: Address,
  connection: Connection,
) {
  const http = createHttpClient({
    name: connection.id,
    baseUrl: url,
    headers: { 'x-api-key': apiKey },
    timeoutMs: settings.times.callMs,
    maxConcurrent: CALLS_AT_ONCE,
    maxBodyBytes: LARGEST_ANSWER,
    ...(observer && { observer }),
    log,
  });
  const client = createOverseerrClient({ http });
  releases.add('overseerr client', () => client.close());
  return { connection, client };
}

/** Its state outlives us, in a file of its own: like the real one, it is not ours to forget. */
async function simulate({ folder, releases }: UpstreamParts): Promise<SimulatedOverseerr> {
  const apiKey = randomBytes(24).toString('base64url');
  const stateFile = folder.place('demo', 'overseerr.json');
  const simulator = await startOverseerrSimulator({ seed: 'household', apiKey, stateFile }).catch((cause: Error) => {
    throw new StartupError(`${cause.message}: put it back, or remove it and the simulator begins anew`, { cause });
  });
  releases.add('overseerr simulator', () => simulator.close());
  return {
    address: { url: simulator.url, apiKey },
    switches: { setFault: simulator.setFault, calls: async (first) => simulator.calls(first) },
    available: simulator.available,
  };
}

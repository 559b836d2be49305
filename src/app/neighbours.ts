import { randomBytes } from 'node:crypto';
import { createHttpClient } from '../mechanisms/http';
import type { Logger } from '../mechanisms/observability';
import type { OverseerrSimulator } from '../simulators/overseerr';
import { startOverseerrSimulator } from '../simulators/overseerr';
import type { OverseerrClient } from '../upstreams/overseerr';
import { createOverseerrClient } from '../upstreams/overseerr';
import type { PlexClient } from '../upstreams/plex';
import type { Settings } from './config';
import type { Releases } from './shutdown';
import type { StateFolder } from './state-folder';

/** The services around us: real ones of the settings, or their simulators. */
export interface Neighbours {
  overseerr: OverseerrClient;
  overseerrUrl: string;
  /** Where the requests of people are shown. */
  overseerrPages: boolean;
  overseerrSimulator?: OverseerrSimulator;
  /** Absent: not set up. */
  plex?: PlexClient;
}

export interface NeighbourParts {
  settings: Pick<Settings, 'overseerr' | 'times'>;
  folder: StateFolder;
  releases: Releases;
  log: Logger;
}

/** Installations on SQLite serialise their writes: few calls at once (contracts/overseerr.md 13). */
const CALLS_AT_ONCE = 4;
const LARGEST_ANSWER = 10 * 1024 * 1024;

export async function meetNeighbours({ settings, folder, releases, log }: NeighbourParts): Promise<Neighbours> {
  const simulator = settings.overseerr ? undefined : await simulate(folder, releases);
  const { url, apiKey } = settings.overseerr ?? simulator!;
  const http = createHttpClient({
    name: 'overseerr',
    baseUrl: url,
    headers: { 'x-api-key': apiKey },
    timeoutMs: settings.times.callMs,
    maxConcurrent: CALLS_AT_ONCE,
    maxBodyBytes: LARGEST_ANSWER,
    log,
  });
  const overseerr = createOverseerrClient({ http });
  releases.add('overseerr client', () => overseerr.close());
  return {
    overseerr,
    overseerrUrl: url,
    overseerrPages: !simulator,
    ...(simulator ? { overseerrSimulator: simulator.running } : {}),
  };
}

/** Its state outlives us, in a file of its own: like the real one, it is not ours to forget. */
async function simulate(folder: StateFolder, releases: Releases) {
  const apiKey = randomBytes(24).toString('base64url');
  const stateFile = folder.place('demo', 'overseerr.json');
  const running = await startOverseerrSimulator({ seed: 'household', apiKey, stateFile });
  releases.add('overseerr simulator', () => running.close());
  return { url: running.url, apiKey, running };
}

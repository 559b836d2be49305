import { createHttpClient } from '../../mechanisms/http';
import type { PlexClient } from '../../upstreams/plex';
import { createPlexClient } from '../../upstreams/plex';
import type { Neighbour, NeighbourParts } from './neighbour';
import { absentClient } from './neighbour';

export type PlexNeighbour = Neighbour<PlexClient>;

/** It answers from SQLite, and slows down under many calls (contracts/plex.md 5). */
const CALLS_AT_ONCE = 4;
const LARGEST_ANSWER = 20 * 1024 * 1024;
const IDENTITY = { id: 'plex', kind: 'PLEX', simulated: false } as const;
const ABSENT = 'No Plex is connected: set PLEX_URL and PLEX_TOKEN and start again.';

export const absentPlex: PlexNeighbour = {
  connection: { ...IDENTITY, absent: ABSENT },
  client: absentClient(ABSENT),
};

export function meetPlex({ settings, releases, log }: NeighbourParts): PlexNeighbour | undefined {
  if (!settings.plex) return settings.demo ? undefined : absentPlex;
  const http = createHttpClient({
    name: IDENTITY.id,
    baseUrl: settings.plex.url,
    headers: { 'x-plex-token': settings.plex.token },
    timeoutMs: settings.times.callMs,
    maxConcurrent: CALLS_AT_ONCE,
    maxBodyBytes: LARGEST_ANSWER,
    log,
  });
  const client = createPlexClient({ http });
  releases.add('plex client', () => client.close());
  return { connection: IDENTITY, client };
}

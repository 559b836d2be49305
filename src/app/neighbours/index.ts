import type { NeighbourParts } from './neighbour';
import type { OverseerrNeighbour } from './overseerr';
import { meetOverseerr } from './overseerr';
import type { PlexNeighbour } from './plex';
import { meetPlex } from './plex';
import type { UptimeKumaNeighbour } from './uptime-kuma';
import { meetUptimeKuma } from './uptime-kuma';

export type { Neighbour } from './neighbour';
export type { PlexNeighbour } from './plex';
export { absentPlex } from './plex';

/** The services around us: each real, of the settings, or simulated in demo mode, or absent. */
export interface Neighbours {
  overseerr: OverseerrNeighbour;
  /** Not there in demo mode, until there is a simulator. */
  plex?: PlexNeighbour;
  uptimeKuma: UptimeKumaNeighbour;
}

export async function meetNeighbours(parts: NeighbourParts): Promise<Neighbours> {
  const plex = meetPlex(parts);
  const [overseerr, uptimeKuma] = [await meetOverseerr(parts), await meetUptimeKuma(parts)];
  return { overseerr, uptimeKuma, ...(plex && { plex }) };
}

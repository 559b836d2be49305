import type { NeighbourParts } from './neighbour';
import type { OverseerrNeighbour } from './overseerr';
import { meetOverseerr } from './overseerr';
import type { PlexNeighbour } from './plex';
import { meetPlex } from './plex';
import type { UptimeKumaNeighbour } from './uptime-kuma';
import { meetUptimeKuma } from './uptime-kuma';

export { findSimulators } from './elsewhere';
export type { Neighbour, Simulated } from './neighbour';
export type { PlexNeighbour } from './plex';

/** The services around us: each real, of the settings, or simulated in demo mode, or absent. */
export interface Neighbours {
  overseerr: OverseerrNeighbour;
  plex: PlexNeighbour;
  uptimeKuma: UptimeKumaNeighbour;
}

export async function meetNeighbours(parts: NeighbourParts): Promise<Neighbours> {
  const [overseerr, uptimeKuma] = [await meetOverseerr(parts), await meetUptimeKuma(parts)];
  const plex = await meetPlex(parts, () => overseerr.simulated?.available?.() ?? []);
  return { overseerr, plex, uptimeKuma };
}

import type { PlexClient } from '../../upstreams/plex';
import type { Neighbour, NeighbourParts } from './neighbour';
import type { OverseerrNeighbour } from './overseerr';
import { meetOverseerr } from './overseerr';

/** Not met yet: nothing browses the library so far. */
export type PlexNeighbour = Neighbour<PlexClient>;

/** The services around us: each real, of the settings, or simulated in demo mode, or absent. */
export interface Neighbours {
  overseerr: OverseerrNeighbour;
}

export async function meetNeighbours(parts: NeighbourParts): Promise<Neighbours> {
  return { overseerr: await meetOverseerr(parts) };
}

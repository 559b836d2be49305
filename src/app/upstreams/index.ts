import type { UpstreamParts } from './upstream';
import type { OverseerrUpstream } from './overseerr';
import { connectOverseerr } from './overseerr';
import type { PlexUpstream } from './plex';
import { connectPlex } from './plex';
import type { UptimeKumaUpstream } from './uptime-kuma';
import { connectUptimeKuma } from './uptime-kuma';

export { connectSimulators } from './remote-simulators';
export type { Upstream, Simulated } from './upstream';

/** The services around us: each real, of the settings, or simulated in demo mode, or absent. */
export interface Upstreams {
  overseerr: OverseerrUpstream;
  plex: PlexUpstream;
  uptimeKuma: UptimeKumaUpstream;
}

export async function connectUpstreams(parts: UpstreamParts): Promise<Upstreams> {
  const [overseerr, uptimeKuma] = [await connectOverseerr(parts), await connectUptimeKuma(parts)];
  const plex = await connectPlex(parts, () => overseerr.simulated?.available?.() ?? []);
  return { overseerr, plex, uptimeKuma };
}

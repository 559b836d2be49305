import type { EventStore } from '../mechanisms/event-store';
import type { Images } from '../mechanisms/images';
import { createLogger, createObserver } from '../mechanisms/observability';
import type { PostgresDatabase, ReadDatabase } from '../mechanisms/postgres';
import type { OverseerrClient } from '../upstreams/overseerr';
import type { PlexClient } from '../upstreams/plex';
import type { UptimeKumaClient } from '../upstreams/uptime-kuma';
import { readSettings } from './config';
import { createReleases } from './shutdown';
import { wire } from './wiring';
import type { House } from './wiring';

/** Stands where nothing is asked: the schema is read from the classes, never executed. */
function absent<Part extends object>(): Part {
  return new Proxy({} as Part, {
    get(_target, name) {
      return () => {
        throw new Error(`${String(name)} was called, but this process only prints the schema`);
      };
    },
  });
}

/** The API of production, or of demo mode, wired to nothing: its resolvers, and who may see what. */
export function apiOnly(demo: boolean): Pick<House, 'resolvers' | 'access'> {
  const log = createLogger({ level: 'silent' });
  const database = absent<PostgresDatabase>();
  const house = wire({
    settings: { ...readSettings({ DEMO: '1' }), demo },
    foundations: { database, background: database, reads: absent<ReadDatabase>(), store: absent<EventStore>() },
    upstreams: {
      overseerr: {
        connection: { id: 'overseerr', kind: 'OVERSEERR', simulated: demo },
        client: absent<OverseerrClient>(),
        pagesUrl: null,
      },
      plex: { connection: { id: 'plex', kind: 'PLEX', simulated: demo }, client: absent<PlexClient>() },
      uptimeKuma: {
        connection: { id: 'uptime-kuma', kind: 'UPTIME_KUMA', simulated: demo },
        client: absent<UptimeKumaClient>(),
      },
    },
    members: [],
    tokenKey: new Uint8Array(32),
    images: absent<Images>(),
    observer: createObserver(),
    releases: createReleases(log),
    log,
    clock: () => new Date(),
  });
  void house.leases.close();
  return { resolvers: house.resolvers, access: house.access };
}

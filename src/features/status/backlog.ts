import type { UpstreamService } from '../../upstreams/uptime-kuma';

/** Something new of one service; null: it is gone. */
export interface News {
  externalId: string;
  service: UpstreamService | null;
}

/** As many checks as a board tells at most of one service. */
const MOST_CHECKS = 200;

function merged(older: News | undefined, newer: News): News {
  if (!older?.service || !newer.service) return newer;
  const beats = [...older.service.beats, ...newer.service.beats].slice(-MOST_CHECKS);
  return { ...newer, service: { ...newer.service, beats } };
}

/** What waits to be recorded: of each service one entry with all its checks, however long it waits. */
export function createBacklog() {
  let waiting = new Map<string, News>();
  /** All that the whole board shows, once that was told. */
  let whole: string[] | null = null;
  const add = (one: News) => void waiting.set(one.externalId, merged(waiting.get(one.externalId), one));
  return {
    add,
    addWhole(services: UpstreamService[]): void {
      whole = services.map(({ externalId }) => externalId);
      for (const service of services) add({ externalId: service.externalId, service });
    },
    isEmpty: () => waiting.size === 0 && whole === null,
    take(): { news: News[]; whole: string[] | null } {
      const taken = { news: [...waiting.values()], whole };
      waiting = new Map();
      whole = null;
      return taken;
    },
    /** What came meanwhile is newer. */
    putBack(one: News): void {
      const newer = waiting.get(one.externalId);
      waiting.set(one.externalId, newer ? merged(one, newer) : one);
    },
    putBackWhole(ids: string[]): void {
      whole ??= ids;
    },
    clear(): void {
      waiting = new Map();
      whole = null;
    },
  };
}

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
  /** All that the whole board shows, once that was told and until what it does not show is retired. */
  let whole: Set<string> | null = null;
  function add(one: News): void {
    waiting.set(one.externalId, merged(waiting.get(one.externalId), one));
    if (one.service) whole?.add(one.externalId);
  }
  return {
    add,
    addWhole(services: UpstreamService[]): void {
      whole = new Set();
      for (const service of services) add({ externalId: service.externalId, service });
    },
    isEmpty: () => waiting.size === 0 && whole === null,
    take(): { news: News[]; whole: ReadonlySet<string> | null } {
      const taken = { news: [...waiting.values()], whole };
      waiting = new Map();
      return taken;
    },
    /** What came meanwhile is newer. */
    putBack(one: News): void {
      const newer = waiting.get(one.externalId);
      waiting.set(one.externalId, newer ? merged(one, newer) : one);
    },
    /** What this whole board does not show is retired. */
    retired(board: ReadonlySet<string>): void {
      if (whole === board) whole = null;
    },
    clear(): void {
      waiting = new Map();
      whole = null;
    },
  };
}

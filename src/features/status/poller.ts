import { setTimeout as pause } from 'node:timers/promises';
import { deriveCommandId } from '../../mechanisms/event-store';
import type { Logger } from '../../mechanisms/observability';
import type { BoardListener, UpstreamService, UptimeKumaClient } from '../../upstreams/uptime-kuma';
import { createBacklog } from './backlog';
import type { News } from './backlog';
import type { BoardPulse } from './board-pulse.read-model';
import type { ServiceQueries } from './loaders';
import type { MonitoringCommands } from './monitoring/commands';
import type { ServiceCommands } from './service/commands';
import type { Service } from './service/service';
import type { ServiceUptime } from './service-uptime.read-model';
import { createUptimeCounter } from './service-uptime.read-model';

export interface StatusPollerParts {
  connectionId: string;
  board: Pick<UptimeKumaClient, 'watch' | 'stop' | 'isLive' | 'silentForMs' | 'trouble'>;
  services: ServiceCommands;
  monitoring: MonitoringCommands;
  queries: ServiceQueries;
  pulse: BoardPulse;
  uptime: ServiceUptime;
  /** How long nothing may be heard before nobody can say how a service is. */
  staleAfterMs: number;
  clock: () => Date;
  log: Logger;
}

/** Fewer than a pool has: a board of hundreds must not make people wait for a connection. */
const AT_ONCE = 16;
const AGAIN_MS = 500;

export const serviceIdOf = (connectionId: string, externalId: string): string =>
  `svc_${deriveCommandId('service', connectionId, externalId)}`;

/** Turns what the board shows into facts and counts. */
function createRecorder(parts: StatusPollerParts) {
  const { connectionId, services, queries, uptime, clock, log } = parts;
  const counter = createUptimeCounter(uptime, log);
  /** As last recorded, so that a check that finds nothing new costs nothing. */
  const known = new Map<string, Service>();
  const idOf = (externalId: string) => serviceIdOf(connectionId, externalId);
  const observedAt = () => clock().toISOString();

  async function observe(service: UpstreamService): Promise<void> {
    const { beats, type: kind, ...facts } = service;
    const serviceId = idOf(service.externalId);
    if (!isAsKnown(service, known.get(serviceId))) {
      const checks = beats.map(({ status, at, message }) => ({ status, at, message }));
      const observed = { ...facts, kind, serviceId, connectionId, checks, observedAt: observedAt() };
      const recorded = await services.observe({ type: 'ObserveService', ...observed }, connectionId);
      if (recorded) known.set(serviceId, recorded);
    }
    counter.add(beats.map(({ status, at, pingMs }) => ({ serviceId, status, at, pingMs })));
  }
  async function retire(externalId: string): Promise<void> {
    const serviceId = idOf(externalId);
    await services.observe({ type: 'RetireService', serviceId, observedAt: observedAt() }, connectionId);
    known.delete(serviceId);
  }
  return {
    record: ({ externalId, service }: News) => (service ? observe(service) : retire(externalId)),
    async retireAllBut(shown: ReadonlySet<string>): Promise<void> {
      for (const { state } of await queries.ofConnection(connectionId)) {
        if (!shown.has(state.externalId)) await retire(state.externalId);
      }
    },
    async stop(): Promise<void> {
      known.clear();
      await counter.stop();
    },
  };
}

function isAsKnown({ name, group, paused, beats }: UpstreamService, service: Service | undefined): boolean {
  if (!service || service.name !== name || service.group !== group) return false;
  return paused === (service.status === 'PAUSED') && beats.every(({ status }) => status === service.status);
}

/** Whether the board is in sight, as the facts tell it. */
function createSight({ connectionId, board, monitoring, pulse, staleAfterMs }: StatusPollerParts) {
  /** Then a check has nothing to add: the next round looks again. */
  let isRestored = false;
  return {
    async lookAround(): Promise<void> {
      isRestored = false;
      const silentMs = board.silentForMs();
      if (silentMs !== null) await pulse.seen(connectionId, silentMs);
      const isFirstTry = board.trouble() === null && silentMs === null;
      const last = await pulse.last(connectionId);
      if (isFirstTry || !last || last.agoMs < staleAfterMs) return;
      await monitoring.lost(connectionId, last.seenAt.toISOString());
      isRestored = false; // by a check that came meanwhile, when nothing was lost yet
    },
    /** Only when all that changed meanwhile is recorded; and nothing is shown as known by a board that was last seen long ago. */
    async restore(): Promise<void> {
      if (isRestored) return;
      const silentMs = board.silentForMs();
      if (!board.isLive() || silentMs === null || silentMs >= staleAfterMs) return;
      await pulse.seen(connectionId, silentMs);
      await monitoring.restored(connectionId);
      isRestored = true;
    },
    leave(): void {
      isRestored = false;
    },
  };
}

interface Draining {
  backlog: ReturnType<typeof createBacklog>;
  recorder: ReturnType<typeof createRecorder>;
  log: Logger;
}

/** All that waits, many at once, each in its order. What could not be recorded waits on. */
async function drainOnce({ backlog, recorder, log }: Draining): Promise<boolean> {
  const { news, whole } = backlog.take();
  const next = news.values();
  let allWell = true;
  const worker = async () => {
    for (const one of next) {
      try {
        await recorder.record(one);
      } catch (error) {
        allWell = false;
        backlog.putBack(one);
        log.warn({ err: error, externalId: one.externalId }, 'a service could not be recorded; it waits');
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (!whole || !allWell) return allWell;
  try {
    await recorder.retireAllBut(whole);
    backlog.retired(whole);
    return true;
  } catch (error) {
    log.warn({ err: error }, 'what is not on the board any more could not be retired; it waits');
    return false;
  }
}

/** Watches the board for as long as this process leads, and records what changes on it. */
export function createStatusPoller(parts: StatusPollerParts) {
  const { board, log } = parts;
  const backlog = createBacklog();
  const recorder = createRecorder(parts);
  const sight = createSight(parts);
  let isWatching = false;
  let drained: Promise<void> | undefined;

  async function drain(): Promise<void> {
    while (isWatching && !backlog.isEmpty()) {
      if (!(await drainOnce({ backlog, recorder, log }))) await pause(AGAIN_MS);
    }
    if (isWatching) await sight.restore();
  }
  function look(): void {
    drained ??= drain()
      .catch((error: unknown) =>
        log.warn({ err: error }, 'the board could not be recorded; the next round tries again'),
      )
      .finally(() => {
        drained = undefined;
        if (isWatching && !backlog.isEmpty()) look();
      });
  }
  const listener: BoardListener = {
    board(all) {
      backlog.addWhole(all);
      look();
    },
    service(service) {
      backlog.add({ externalId: service.externalId, service });
      look();
    },
    gone(externalId) {
      backlog.add({ externalId, service: null });
      look();
    },
  };

  return {
    /** Watches from the first round on; says when the board is out of sight for too long, and when it is back. */
    async round(): Promise<void> {
      if (!isWatching) {
        isWatching = true;
        board.watch(listener);
      }
      await sight.lookAround();
      look();
    },
    /** Leaves: another process leads, or we end. */
    async stop(): Promise<void> {
      if (!isWatching) return;
      isWatching = false;
      board.stop();
      await drained;
      sight.leave();
      backlog.clear();
      await recorder.stop();
    },
  };
}

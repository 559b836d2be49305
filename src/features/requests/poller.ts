import type { JobQueue, Tasks } from '../../mechanisms/jobs';
import type { Logger } from '../../mechanisms/observability';
import type { Preparing } from '../../mechanisms/postgres';
import type { HandoverQueries } from './loaders';
import type { HandOverParts } from './hand-over.reactor';
import { wakeHandover } from './hand-over.reactor';
import { fairOrder } from './fair-order';
import type { RequestRow } from './request-view.read-model';
import type { LookParts } from './look-upstream.reactor';
import { createLook } from './look-upstream.reactor';
import { lookPeriodMs } from './look-plan';

export interface RequestPollerParts extends LookParts {
  queries: HandoverQueries;
  jobs: JobQueue;
  connectionId: string;
  connections: Pick<HandOverParts['connections'], 'isUsable'>;
  /** Shortest time between two looks at one request. */
  pollFastMs: number;
  /** Time between two handovers that are released after an outage. */
  releaseMs: number;
  log: Logger;
}

export const RELEASE_WAITING = 'release-waiting';

/** At most so many calls at once: installations on SQLite serialise their writes (contracts/overseerr.md 13). */
const LOOKS_AT_ONCE = 4;

/** What the outside tells us about requests that were handed over, and the janitor of those that were not. */
export function createRequestPoller(all: RequestPollerParts) {
  const { queries, jobs, connectionId, connections, pollFastMs, releaseMs, log, ...parts } = all;
  const look = createLook(parts);
  const lookedAt = new Map<string, number>();

  /** Each at its turn, so that the end of a long outage does not fall on the services behind all at once. */
  const inTurn = (rows: RequestRow[]) => {
    const now = parts.clock().getTime();
    return fairOrder(rows, ({ state }) => state.requesterId).map(({ streamId, state }, place) => ({
      target: { streamId, requestId: state.requestId },
      runAt: new Date(now + place * releaseMs),
    }));
  };

  return {
    /** Looks at every linked request whose time has come. A failed look is left to the next round. */
    async lookAtLinked(): Promise<void> {
      if (!(await connections.isUsable(connectionId))) return;
      const now = parts.clock().getTime();
      const linked = await queries.linked(connectionId);
      const ids = new Set(linked.map(({ state }) => state.requestId));
      for (const id of lookedAt.keys()) if (!ids.has(id)) lookedAt.delete(id);
      const due = linked.filter(({ state }) => {
        const linkedAt = state.handover.attempt?.startedAt ?? state.requestedAt;
        const period = lookPeriodMs(now - Date.parse(linkedAt), pollFastMs);
        return now - (lookedAt.get(state.requestId) ?? 0) >= period;
      });
      const next = due.values();
      const looker = async () => {
        for (const { streamId, state } of next) {
          lookedAt.set(state.requestId, now);
          try {
            await look(streamId, state);
          } catch (error) {
            log.warn({ err: error, requestId: state.requestId }, 'look upstream failed');
          }
        }
      };
      await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, looker));
    },

    /** Nothing may depend on a job surviving: whatever waits and is due is enqueued again; a repeat is harmless. */
    async wakeDue(): Promise<void> {
      const due = inTurn(await queries.dueHandovers({ now: parts.clock() }));
      for (const { target, runAt } of due) await wakeHandover(jobs, target, runAt);
    },

    /** The connection is back: all that waited for it go on, whatever their back-off. By a job, which does not end with this process. */
    async releaseWaiting(tx: Preparing): Promise<void> {
      await jobs.enqueue({ task: RELEASE_WAITING, key: `${RELEASE_WAITING}:${connectionId}`, payload: {} }, tx);
    },

    tasks: {
      /** When it is run again, those that it released keep the turns that they have taken. */
      async [RELEASE_WAITING]() {
        const waiting = inTurn(await queries.dueHandovers({ now: parts.clock(), connectionId }));
        for (const { target, runAt } of waiting) await wakeHandover(jobs, { ...target, early: true }, runAt);
      },
    } satisfies Tasks,
  };
}

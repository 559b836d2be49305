import type { FeedWriter } from '../change-feed';
import { feedTopic } from '../change-feed';
import type { EventCodecs, EventStore } from '../event-store';
import type { Lease, Leases } from '../leases';
import type { Logger } from '../observability';
import type { Database } from '../postgres';
import type { Doorbell, WakeUp } from '../pubsub';
import { createDoorbell } from '../pubsub';
import { applyBatch } from './batch';
import type { BatchDatabase } from './begun-ahead';
import { beginAhead } from './begun-ahead';
import type { Checkpoint, Term } from './checkpoint';
import { beginAnew, beginTerm, isStopped, leaseOf, recordState } from './checkpoint';
import { isPassing, ProjectionStopped } from './failures';
import { createLogBatches } from './log-batches';
import { makeUpParked, makeUpWhenWanted } from './missed-events';
import { pause } from './pause';
import type { Projection, ProjectionState } from './projection';
import { ofThisVersion } from './row-version';

export interface LeadershipParts {
  database: Database;
  store: EventStore;
  projection: Projection;
  feed: FeedWriter;
  codecs: Pick<EventCodecs, 'requireKnown'>;
  wakeUp: WakeUp;
  leases: Leases;
  log: Logger;
  pollMs: number;
}

/** One projection's loop in this process. */
export interface Leadership {
  /** There may be events. */
  look(): void;
  stop(): Promise<void>;
}

interface Running extends LeadershipParts {
  bell: Doorbell;
  stopping: AbortSignal;
  /** How often in a row it failed. */
  failures: { count: number };
}

const TRIM_EVERY_MS = 3_600_000;
const BACK_OFF_MS = { first: 100, most: 5_000 };
/** How often one looks whether somebody wants tried again what stopped or is parked. */
const STOPPED_LOOK_MS = 1_000;

export function createLeadership(parts: LeadershipParts): Leadership {
  const bell = createDoorbell();
  const stop = new AbortController();
  const loop = contend({ ...parts, bell, stopping: stop.signal, failures: { count: 0 } });
  return {
    look: () => bell.ring(),
    async stop() {
      stop.abort();
      bell.ring();
      await loop;
    },
  };
}

/** Leads whenever nobody else does. When its projection stopped, it waits until somebody wants it to try again. */
async function contend(running: Running): Promise<void> {
  const { projection, leases, bell, stopping, failures, log } = running;
  const name = leaseOf(projection);
  while (!stopping.aborted) {
    let lease: Lease | null = null;
    let stopped = false;
    try {
      lease = await leases.acquire(name, { onLost: () => bell.ring() });
      if (lease) await lead(running, lease);
      else await pause(leases.leaseMs / 3, stopping);
    } catch (error) {
      stopped = error instanceof ProjectionStopped;
      if (stopped) continue;
      const backOff = Math.min(BACK_OFF_MS.first * 2 ** failures.count, BACK_OFF_MS.most);
      failures.count += 1;
      log[isPassing(error) ? 'warn' : 'error'](
        { err: error, projection: projection.name, backOff },
        'a projection was interrupted',
      );
      await pause(backOff, stopping);
    } finally {
      await lease?.release();
      if (stopped) await untilRetried(running);
    }
  }
}

/** An outage of the database is no reason to try. */
async function untilRetried({ database, projection, stopping }: Running): Promise<void> {
  do await pause(STOPPED_LOOK_MS, stopping);
  while (!stopping.aborted && (await isStopped(database, projection).catch(() => true)));
}

/** What is thrown by the events or by a checkpoint that does not fit the store is written down before it ends the loop. */
async function lead(running: Running, lease: Lease): Promise<void> {
  const { database, projection, log } = running;
  const term: Term = { projection, epoch: lease.epoch };
  try {
    await project(running, lease, term);
  } catch (error) {
    if (error instanceof ProjectionStopped) {
      await recordState(database, term, { state: 'STOPPED', error: error.message });
      log.error(
        { err: error, projection: projection.name },
        'a projection stopped; it tries again at the next start, or after `medianest projections retry`',
      );
    }
    throw error;
  }
}

async function project(running: Running, lease: Lease, term: Term): Promise<void> {
  const { database, store, projection, feed, bell, pollMs, stopping, failures } = running;
  const begun = await beginTerm(database, term, store.storeId);
  const checkpoint = await ofThisVersion(running, { lease, term, begun });
  if (!checkpoint) return;
  const { parked, ...begins } = await whereToBegin(running, term, checkpoint);
  let { position } = begins;
  const committed = (reached: bigint): void => publish(running, reached);
  const parts = { ...running, epoch: lease.epoch, parked, committed };
  const batches = createLogBatches(store, position);
  let state: ProjectionState = 'CATCHING_UP';
  /** Whether that was all there is. */
  const goOn = async (place: BatchDatabase): Promise<boolean> => {
    const { events, isLast } = await batches.next();
    const reached = isLast ? 'LIVE' : 'CATCHING_UP';
    if (events.length > 0) {
      const began = performance.now();
      position = await applyBatch({ ...parts, database: place }, { from: position, events, state: reached });
      batches.took(performance.now() - began);
    } else if (state !== reached) await recordState(database, term, { state: reached });
    state = reached;
    return isLast;
  };
  let [trimAt, retryAt] = [0, 0];
  let woken = false;
  await makeUpParked(parts, { position, state });
  while (!stopping.aborted && lease.held()) {
    if (Date.now() >= trimAt) {
      await feed.trim(projection.name);
      trimAt = Date.now() + TRIM_EVERY_MS;
    }
    if (Date.now() >= retryAt) {
      await makeUpWhenWanted(parts, { position, state });
      retryAt = Date.now() + STOPPED_LOOK_MS;
    }
    const isLast: boolean = woken ? await beginAhead(database, goOn) : await goOn(database);
    failures.count = 0;
    // What was appended since that look rings, or has rung: another look now would mostly find nothing.
    woken = isLast && (await bell.wait(pollMs)) && projection.tables.length > 0;
  }
}

/** Positions of another store mean nothing here, and a store that was set back would be waited for in silence. */
async function whereToBegin(running: Running, term: Term, checkpoint: Checkpoint): Promise<Checkpoint> {
  const { storeId, position } = checkpoint;
  const { store, projection, log } = running;
  const head = await store.head();
  if (storeId !== store.storeId) {
    log.warn(
      { projection: projection.name, before: storeId, now: store.storeId },
      'the event store is another one: a projection begins anew',
    );
    await empty(running, term, head);
    return { ...checkpoint, position: 0n, parked: new Map() };
  }
  if (position > head) {
    throw new ProjectionStopped(
      `the checkpoint stands at ${position}, beyond the end of the store (${head}): rebuild the projection`,
    );
  }
  return checkpoint;
}

/** Rows, feed and checkpoint together. What the other store had already is history, and no news for subscribers. */
async function empty({ database, store, projection, feed }: Running, term: Term, head: bigint): Promise<void> {
  await database.transaction(async (tx) => {
    await beginAnew(tx, term, store.storeId);
    for (const table of projection.tables) await tx.query(`delete from ${table}`);
    await feed.beginAt(tx, projection.name, head);
  });
}

/** A hint that nobody must wait for, or miss. */
function publish({ wakeUp, projection, log }: Running, position: bigint): void {
  wakeUp
    .publish(feedTopic(projection.name), { projection: projection.name, position: position.toString() })
    .catch((error: unknown) =>
      log.warn({ err: error, projection: projection.name }, 'a wake-up was not sent; readers poll'),
    );
}

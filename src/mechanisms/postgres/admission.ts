import type { Pool } from 'pg';
import { Overloaded } from '../errors';
import { waitedInVain } from './driver-messages';

/** Lets wait for a connection, as long as that is worth while. */
export interface Admission {
  /** Throws Overloaded: at once when it would take too long, and when it took longer than the pool lets wait. */
  wait<Client>(connect: () => Promise<Client>): Promise<Client>;
  /** How long one was held that is free again. */
  held(ms: number): void;
}

export interface AdmissionOptions {
  pool: Pick<Pool, 'waitingCount' | 'idleCount' | 'totalCount'>;
  /** How many connections there can be. */
  size: number;
  /** Who would wait longer is turned away. */
  maxWaitMs: number;
}

/** What the newest tells of how long a connection is held. */
const WEIGHT = 0.1;
/** When who was turned away may come again. */
const TRY_AGAIN_MS = 1_000;

const overloaded = (): Overloaded =>
  new Overloaded('too many wait for the database: try again in a second', new Date(Date.now() + TRY_AGAIN_MS));

/**
 * What a newcomer has to expect: those before it, as long as connections are held now and as many at once as there are. And where nobody gives one
 * back, as when the server is stuck: at least what the first in the queue has waited already. Who has its connection opened is in no queue, and
 * holds up nobody.
 */
export function createAdmission({ pool, size, maxWaitMs }: AdmissionOptions): Admission {
  const waiting = new Set<{ since: number }>(); // in the order in which they came, as the pool serves them
  let heldMs = 0;

  function expectedMs(): number {
    const free = pool.idleCount + size - pool.totalCount; // of a burst even those are in the queue for a moment
    const queued = pool.waitingCount - free;
    const first = queued > 0 ? [...waiting].at(-queued) : undefined;
    return first ? Math.max((queued * heldMs) / size, performance.now() - first.since) : 0;
  }

  return {
    async wait(connect) {
      if (expectedMs() >= maxWaitMs) throw overloaded();
      const self = { since: performance.now() };
      waiting.add(self);
      try {
        return await connect();
      } catch (error) {
        // It tells this to nobody who had a connection opened.
        throw waitedInVain((error as Error).message) ? overloaded() : error;
      } finally {
        waiting.delete(self);
      }
    },
    held: (ms) => void (heldMs += (ms - heldMs) * WEIGHT),
  };
}

import { setImmediate as endOfTurn } from 'node:timers/promises';
import { EventStoreUnavailable, Overloaded } from '../../errors';
import type { Append, AppendAnswer } from './appending';
import type { WaitingAppend } from './waiting-appends';
import { createWaitingAppends } from './waiting-appends';

/** All appends of a process: what comes while one call is under way goes into the next one, together. */
export interface AppendQueue {
  /** Rejects with Overloaded at once when too much waits, with EventStoreUnavailable when its turn does not come in time. */
  add(append: Append): Promise<AppendAnswer>;
}

/** Half a second's work on a fast disk. */
const MAX_WAITING = 10_000;
const MAX_WAITING_SIZE = 64 * 1024 * 1024; // characters
const RETRY_AFTER_MS = 1_000;
const MAX_WAIT_MS = 5_000;
const WATCH_MS = 1_000;

/** `settle` answers all of a batch and never rejects. */
export function createAppendQueue(settle: (batch: WaitingAppend[]) => Promise<void>): AppendQueue {
  const waiting = createWaitingAppends();
  let running = false;
  let watch: NodeJS.Timeout | undefined;

  async function run(): Promise<void> {
    running = true;
    // Whoever had an answer in this turn and appends again comes into the next batch.
    for (await endOfTurn(); waiting.count() > 0; await endOfTurn()) await settle(waiting.nextBatch());
    running = false;
  }

  function refuseLate(): void {
    for (const { reject } of waiting.takeSince(performance.now() - MAX_WAIT_MS)) {
      reject(new EventStoreUnavailable(`the event store did not come to this append in ${MAX_WAIT_MS / 1_000} s`));
    }
    watch = waiting.count() > 0 ? setTimeout(refuseLate, WATCH_MS).unref() : undefined;
  }

  return {
    add(append) {
      if (waiting.count() >= MAX_WAITING || waiting.size() >= MAX_WAITING_SIZE) {
        const retryAfter = new Date(Date.now() + RETRY_AFTER_MS);
        return Promise.reject(new Overloaded('too much waits to be written: try again in a second', retryAfter));
      }
      return new Promise((resolve, reject) => {
        waiting.join({ append, size: sizeOf(append), since: performance.now(), resolve, reject });
        if (!running) void run();
        watch ??= setTimeout(refuseLate, WATCH_MS).unref();
      });
    },
  };
}

function sizeOf({ events }: Append): number {
  return events.reduce((sum, { data, metadata }) => sum + data.length + metadata.length, 0);
}

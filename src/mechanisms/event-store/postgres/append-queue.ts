import { setImmediate as endOfTurn } from 'node:timers/promises';
import { Overloaded } from '../../errors';
import { notReached } from '../begun-in-time';
import type { Append } from '../written-event';
import type { AppendAnswer } from './appending';
import type { WaitingAppend } from './waiting-appends';
import { createWaitingAppends } from './waiting-appends';

/** All appends of a process: what comes while calls are under way goes into the next one, together. */
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
/**
 * From so many on, what waits goes in two calls, so that the server works on one while we work on the other. Not on a slow disk: a commit takes the same
 * time there for few and for many, so that two would be two waits.
 */
const WORTH_HALVES = 8;
/** A call that takes longer than this, and so much for each of its appends, waits for the disk. */
const QUICK_MS = 0.8;
const QUICK_APPEND_MS = 0.05;

/** `settle` answers all of a batch and never rejects. */
export function createAppendQueue(settle: (batch: WaitingAppend[]) => Promise<void>): AppendQueue {
  const waiting = createWaitingAppends();
  let running = 0;
  let isQuick = false;
  let wasAlone = false;
  let lastAnswer = 0;
  let watch: NodeJS.Timeout | undefined;

  async function run(): Promise<void> {
    running++;
    for (await others(); goesOn(); await others()) await send();
    running--;
  }

  /** When the disk has become slow, the half that has its answers first ends here, and what waits goes together behind the other. */
  function goesOn(): boolean {
    return waiting.ready() > 0 && (isQuick || running === 1);
  }

  /** Whoever had an answer in this turn and appends again comes into the next batch. Who was alone would wait for nobody. */
  function others(): Promise<void> | undefined {
    return wasAlone ? undefined : endOfTurn();
  }

  async function send(): Promise<void> {
    const inHalves = isQuick && running === 1 && waiting.ready() >= WORTH_HALVES;
    const batch = waiting.nextBatch(inHalves ? Math.ceil(waiting.ready() / 2) : Infinity);
    wasAlone = batch.length === 1;
    if (inHalves) void run();
    const sent = performance.now();
    await settle(batch);
    waiting.settled(batch);
    const answered = performance.now();
    // The server does one call after the other.
    const took = answered - Math.max(sent, lastAnswer);
    if (batch.length >= WORTH_HALVES / 2) isQuick = took < QUICK_MS + batch.length * QUICK_APPEND_MS;
    lastAnswer = answered;
  }

  function refuseLate(): void {
    for (const { reject } of waiting.takeSince(performance.now() - MAX_WAIT_MS)) {
      reject(notReached('this append', MAX_WAIT_MS));
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
        if (running === 0) void run();
        watch ??= setTimeout(refuseLate, WATCH_MS).unref();
      });
    },
  };
}

function sizeOf({ events }: Append): number {
  return events.reduce((sum, { data, metadata }) => sum + data.length + metadata.length, 0);
}

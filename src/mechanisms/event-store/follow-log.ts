import { EventStoreUnavailable, Overloaded, PositionExpired } from '../errors';
import type { StoredEvent } from './event';
import type { EventStore } from './event-store';
import { createPageSize } from './page-size';

/** The net under the wake-up: other processes append too. */
const POLL_MS = 250;
const MAX_PAUSE_MS = 5_000;

export interface FollowedLog extends Pick<EventStore, 'readAll' | 'head' | 'onAppended'> {
  /** Aborts when the store closes. */
  closing: AbortSignal;
  /** Called once per outage; the follower waits and goes on by itself. */
  onOutage?: (error: EventStoreUnavailable | Overloaded) => void;
}

/**
 * Catch-up that turns live: reads batches after the last position until one is empty, then waits for a hint or the poll.
 * Written by hand because `return()` of an async generator waits for a pending `next()`. Between two calls of `next()` it holds neither
 * timer nor listener, so an iterator that was dropped leaks nothing.
 */
export function followLog(log: FollowedLog, after: bigint, signal: AbortSignal): AsyncIterable<StoredEvent> {
  return { [Symbol.asyncIterator]: () => createFollower(log, after, [signal, log.closing]) };
}

function createFollower(log: FollowedLog, after: bigint, ends: AbortSignal[]): AsyncIterator<StoredEvent> {
  const reader = createReader(log, after);
  let batch: StoredEvent[] = [];
  let next = 0;
  let returned = false;
  let wake: (() => void) | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  const over = () => returned || ends.some((end) => end.aborted);

  async function refill(): Promise<void> {
    batch = [];
    next = 0;
    while (!over() && batch.length === 0) {
      // Listens from before the read, so that an append during it is not slept over.
      const waiting = startWaiting(log, ends);
      wake = waiting.wake;
      try {
        batch = await reader.read();
        if (batch.length === 0) await waiting.woken(reader.pauseMs());
      } finally {
        waiting.stop();
        wake = undefined;
      }
    }
  }

  async function pull(): Promise<IteratorResult<StoredEvent>> {
    if (next >= batch.length) await refill();
    const event = batch[next++];
    return event === undefined || over() ? { done: true, value: undefined } : { done: false, value: event };
  }

  return {
    next() {
      const result = turn.then(pull, pull);
      turn = result;
      return result;
    },
    return() {
      returned = true;
      wake?.();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
}

/** Reads on from the last position; a store that is away or has no room reads as "nothing yet", with longer pauses. */
function createReader(log: FollowedLog, after: bigint) {
  const size = createPageSize();
  let position = after;
  let checked = false;
  let failures = 0;

  async function readOn(): Promise<StoredEvent[]> {
    if (!checked && position > (await log.head())) {
      throw new PositionExpired(`position ${position} is beyond the end of the event store`);
    }
    checked = true;
    const events = await log.readAll(position, size.within());
    size.saw(events);
    position = events.at(-1)?.globalPosition ?? position;
    return events;
  }

  return {
    async read(): Promise<StoredEvent[]> {
      try {
        const events = await readOn();
        failures = 0;
        return events;
      } catch (error) {
        if (!(error instanceof EventStoreUnavailable || error instanceof Overloaded)) throw error;
        checked = false; // who comes back may have been set back
        if (failures++ === 0) log.onOutage?.(error);
        return [];
      }
    },
    pauseMs: () => Math.min(POLL_MS * 2 ** Math.max(0, failures - 1), MAX_PAUSE_MS),
  };
}

function startWaiting(log: FollowedLog, ends: AbortSignal[]) {
  let timer: NodeJS.Timeout | undefined;
  let wake: () => void = () => undefined;
  const woken = new Promise<void>((resolve) => (wake = resolve));
  const undo = log.onAppended(wake);
  for (const end of ends) end.addEventListener('abort', wake);
  return {
    wake,
    woken(ms: number): Promise<void> {
      timer = setTimeout(wake, ms);
      return woken;
    },
    stop() {
      clearTimeout(timer);
      undo();
      for (const end of ends) end.removeEventListener('abort', wake);
    },
  };
}

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ConcurrencyConflict } from '../errors';
import type { NewEvent, StoredEvent } from './event';
import { NO_STREAM } from './event-store';
import type { EventStore } from './event-store';

export interface ContractSetting {
  store: EventStore;
  /** The same log through another instance, as after a restart or from another process; the twin, which lives in one process, gives itself. */
  reopen(): Promise<EventStore>;
  /** Events of the test under load; fewer when absent. */
  loadEvents?: number;
  /** An append that gets as far as it can and is rolled back, where the engine has such a thing. */
  rollBack?(): Promise<void>;
  /** Closes the store, and all that was reopened. */
  drop(): Promise<void>;
}

export function newStream(): string {
  return `contract-${randomUUID()}`;
}

export function newEvents(count: number): NewEvent[] {
  return times(count, (n) => ({
    eventId: randomUUID(),
    type: 'ThingHappened',
    schemaVersion: 2,
    data: { n },
    metadata: {
      occurredAt: '2026-01-02T03:04:05.678Z',
      actor: { kind: 'USER', id: 'usr_1', onBehalfOf: 'usr_2' },
      correlationId: randomUUID(),
      causationId: randomUUID(),
      commandId: randomUUID(),
    },
  }));
}

export async function versionsOf(store: EventStore, streamId: string): Promise<number[]> {
  return (await store.readStream(streamId)).events.map((event) => event.streamVersion);
}

export async function appendUntilWon(store: EventStore, streamId: string): Promise<void> {
  const events = newEvents(1);
  for (let expected = NO_STREAM; ;) {
    try {
      await store.append(streamId, expected, events);
      return;
    } catch (error) {
      if (!(error instanceof ConcurrencyConflict)) throw error;
      expected = error.actual;
    }
  }
}

export function collect(events: AsyncIterable<StoredEvent>) {
  const seen: StoredEvent[] = [];
  const ended = (async () => {
    for await (const event of events) seen.push(event);
  })();
  return { seen, ended };
}

/** Waits for a condition, with a deadline. */
export async function until(condition: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not so within ${ms} ms: ${condition.toString()}`);
    await pause(2);
  }
}

export function times<Result>(count: number, make: (n: number) => Result): Result[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

export function sorted(positions: bigint[]): bigint[] {
  return [...positions].sort((a, b) => (a < b ? -1 : 1));
}

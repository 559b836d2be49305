import { PositionExpired } from '../../mechanisms/errors';
import type { EventStore, StoredEvent } from '../../mechanisms/event-store';
import { formatPosition, wholeLog } from '../../mechanisms/event-store';

export interface LogQuestion {
  /** Only what comes after this position. */
  after: bigint;
  /** Only these; absent: all. */
  types?: readonly string[];
  first: number;
}

export interface LogPage {
  events: StoredEvent[];
  /** Where the next page goes on: with `types` it may be beyond the last event of this one. */
  upTo: bigint;
  /** The log goes on there. */
  more: boolean;
}

/** No store finds types by an index: so far one question looks for them, and the next goes on from there. */
export const MOST_LOOKED_AT = 10_000;

/** A part of the log itself, in its order. Throws PositionExpired for a position beyond its end. */
export async function readLog(
  store: Pick<EventStore, 'storeId' | 'readAll' | 'head'>,
  { after, types, first }: LogQuestion,
): Promise<LogPage> {
  const events: StoredEvent[] = [];
  let upTo = after;
  let looked = 0;
  for await (const event of wholeLog(store, after, types ? undefined : first + 1)) {
    if (events.length === first || looked === MOST_LOOKED_AT) return { events, upTo, more: true };
    looked += 1;
    upTo = event.globalPosition;
    if (types?.includes(event.type) ?? true) events.push(event);
  }
  if (looked === 0 && after > (await store.head())) {
    throw new PositionExpired(`position ${formatPosition(store.storeId, after)} is beyond the end of the store`);
  }
  return { events, upTo, more: false };
}

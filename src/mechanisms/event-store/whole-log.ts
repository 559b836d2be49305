import type { StoredEvent } from './event';
import type { EventStore } from './event-store';

const PAGE = 1_000;

/** The events after a position, page by page, to the end of the log. */
export async function* wholeLog(
  store: Pick<EventStore, 'readAll'>,
  after: bigint,
  pageSize = PAGE,
): AsyncIterable<StoredEvent> {
  for (let position = after; ;) {
    const events = await store.readAll(position, pageSize);
    yield* events;
    if (events.length === 0) return;
    position = events.at(-1)!.globalPosition;
  }
}

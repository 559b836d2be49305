import type { StoredEvent } from './event';
import type { EventStore } from './event-store';
import { createPageSize } from './page-size';

/** The events after a position, page by page, to the end of the log; of no page more than `most`. */
export async function* wholeLog(
  store: Pick<EventStore, 'readAll'>,
  after: bigint,
  most = Infinity,
): AsyncIterable<StoredEvent> {
  const size = createPageSize();
  for (let position = after; ;) {
    const events = await store.readAll(position, Math.min(size.within(), most));
    yield* events;
    if (events.length === 0) return;
    size.saw(events);
    position = events.at(-1)!.globalPosition;
  }
}

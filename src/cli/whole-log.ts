import type { StoredEvent } from '../mechanisms/event-store';
import type { Visit } from './command';

const PAGE = 1_000;

/** The events after a position, page by page, to the end of the log. */
export async function* wholeLog({ store }: Pick<Visit, 'store'>, after: bigint): AsyncIterable<StoredEvent> {
  for (let position = after; ;) {
    const events = await store.readAll(position, PAGE);
    yield* events;
    if (events.length === 0) return;
    position = events.at(-1)!.globalPosition;
  }
}

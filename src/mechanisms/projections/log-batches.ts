import type { EventStore, StoredEvent } from '../event-store';
import { createPageSize } from '../event-store';

/** Some of the log, in order. */
export interface LogBatch {
  events: StoredEvent[];
  /** There were no more when it was read. */
  isLast: boolean;
}

/**
 * The log after a position, in batches sized by how far behind one is: one event as it comes, thousands of those that wait, fewer where they are large.
 */
export interface LogBatches {
  next(): Promise<LogBatch>;
  /** What it took to write the one before: a long time makes those to come smaller. */
  took(ms: number): void;
}

const SIZE = { first: 500, least: 10, most: 16_000 };
/** Of what the events of a batch are to say, in characters of JSON, as two batches are in memory at a time, as they are and as rows. */
const MOST_CHARACTERS = 16 * 2 ** 20;
/** Long enough that what a transaction costs does not count, short enough for who waits for a row of it. */
const WANTED_MS = { least: 500, most: 1_000 };

/** The next batch is read while the last is written, so that the server and this process are both at work. `target`: nothing beyond that position is read. */
export function createLogBatches(
  store: Pick<EventStore, 'readAll'>,
  after: bigint,
  target?: () => Promise<bigint>,
): LogBatches {
  const pages = createPageSize();
  let size = SIZE.first;
  let position = after;
  let ahead: Promise<LogBatch> | undefined;
  async function read(): Promise<LogBatch> {
    const [wanted, end] = [size, await target?.()];
    const events: StoredEvent[] = [];
    let isLast = false;
    let room = MOST_CHARACTERS;
    while (room > 0 && events.length < wanted && !isLast) {
      const asked = Math.min(wanted - events.length, pages.within(room));
      const page = await store.readAll(events.at(-1)?.globalPosition ?? position, asked);
      const found = end === undefined ? page : page.filter(({ globalPosition }) => globalPosition <= end);
      events.push(...found);
      isLast = found.length < asked;
      room -= pages.saw(found);
    }
    if (room <= 0) size = Math.max(events.length, SIZE.least);
    return { events, isLast };
  }
  return {
    async next() {
      const batch = await (ahead ?? read()).finally(() => (ahead = undefined));
      position = batch.events.at(-1)?.globalPosition ?? position;
      if (!batch.isLast) {
        ahead = read();
        ahead.catch(() => undefined); // told to who asks for it
      }
      return batch;
    },
    took(ms) {
      if (ms < WANTED_MS.least) size = Math.min(size * 2, SIZE.most);
      if (ms > WANTED_MS.most) size = Math.max(Math.floor(size / 2), SIZE.least);
    },
  };
}

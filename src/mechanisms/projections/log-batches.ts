import type { EventStore, StoredEvent } from '../event-store';

/** Some of the log, in order. */
export interface LogBatch {
  events: StoredEvent[];
  /** There were no more when it was read. */
  isLast: boolean;
}

/** The log after a position, in batches sized by how far behind one is: one event as it comes, thousands of those that wait. */
export interface LogBatches {
  next(): Promise<LogBatch>;
  /** What it took to write the one before: a long time makes those to come smaller. */
  took(ms: number): void;
}

const SIZE = { first: 500, least: 10, most: 4_000 };
/** Long enough that what a transaction costs does not count, short enough for who waits for a row of it. */
const WANTED_MS = { least: 250, most: 1_000 };

/** The next batch is read while the last is written, so that the server and this process are both at work. */
export function createLogBatches(store: Pick<EventStore, 'readAll'>, after: bigint): LogBatches {
  let size = SIZE.first;
  let position = after;
  let ahead: Promise<LogBatch> | undefined;
  async function read(): Promise<LogBatch> {
    const wanted = size;
    const events = await store.readAll(position, wanted);
    return { events, isLast: events.length < wanted };
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

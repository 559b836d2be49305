import type { EventStore, StoredEvent } from '../event-store';

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
/**
 * Of what the events of a batch are to say, in characters of JSON: two batches are in memory at a time, as they are and as rows. No bound: how large events are is known from
 * the last page before, so of large ones behind small ones there is one batch of as many as were wanted of those.
 */
const MOST_CHARACTERS = 16 * 2 ** 20;
/** Long enough that what a transaction costs does not count, short enough for who waits for a row of it. */
const WANTED_MS = { least: 500, most: 1_000 };

/** The next batch is read while the last is written, so that the server and this process are both at work. `target`: nothing beyond that position is read. */
export function createLogBatches(
  store: Pick<EventStore, 'readAll'>,
  after: bigint,
  target?: () => Promise<bigint>,
): LogBatches {
  let size = SIZE.first;
  /** As many as are large enough, if they are like the last ones before. */
  let most = SIZE.most;
  let position = after;
  let ahead: Promise<LogBatch> | undefined;
  async function read(): Promise<LogBatch> {
    const wanted = size;
    const events = await readPages(store, { after: position, limit: wanted, end: await target?.() });
    const some = events.slice(-PAGE).map(({ data }) => data);
    if (some.length > 0) most = Math.floor((MOST_CHARACTERS * some.length) / Math.max(charactersOf(some), 1));
    size = Math.max(Math.min(size, most), SIZE.least);
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
      if (ms < WANTED_MS.least) size = Math.max(Math.min(size * 2, SIZE.most, most), SIZE.least);
      if (ms > WANTED_MS.most) size = Math.max(Math.floor(size / 2), SIZE.least);
    },
  };
}

/** To take in more at once would keep others in this process waiting, and what it has for the server. */
const PAGE = 1_000;

async function readPages(
  store: Pick<EventStore, 'readAll'>,
  { after, limit, end }: { after: bigint; limit: number; end: bigint | undefined },
): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (let position = after; events.length < limit; position = events.at(-1)!.globalPosition) {
    const wanted = Math.min(PAGE, limit - events.length);
    const page = await store.readAll(position, wanted);
    const found = end === undefined ? page : page.filter(({ globalPosition }) => globalPosition <= end);
    events.push(...found);
    if (found.length < wanted) break;
  }
  return events;
}

/** How long its texts and their names are: nearly what it is as JSON, at a sixth of what making that takes. */
function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  let sum = 0;
  // Its entries at once would be a list for each: a twentieth of what a process does that catches up.
  for (const name of Object.keys(value)) sum += name.length + charactersOf(value[name as keyof typeof value]);
  return sum;
}

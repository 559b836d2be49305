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
 * Of what the events of a batch are to say, in characters of JSON, as two batches are in memory at a time, as they are and as rows. Known after each
 * page, so of large ones behind small ones there is a page more.
 */
const MOST_CHARACTERS = 16 * 2 ** 20;
/** To take in more at once would keep others in this process waiting, and what it has for the server. */
const PAGE = 1_000;
/**
 * One of so many is measured: that tells enough, and each one measured takes its time from who catches up. A prime: what is appended comes in pairs
 * and the like, and a step in time with them would see only the small ones.
 */
const SAMPLE = 11;
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
    const [wanted, end] = [size, await target?.()];
    const events: StoredEvent[] = [];
    let isLast = false;
    for (let room = MOST_CHARACTERS; room > 0 && events.length < wanted && !isLast;) {
      const asked = Math.min(wanted - events.length, PAGE, Math.max(most, SIZE.least));
      const page = await store.readAll(events.at(-1)?.globalPosition ?? position, asked);
      const found = end === undefined ? page : page.filter(({ globalPosition }) => globalPosition <= end);
      events.push(...found);
      isLast = found.length < asked;
      if (found.length === 0) break; // how large the next ones are is not known from none
      const each = charactersOfOne(found);
      most = Math.floor(MOST_CHARACTERS / each);
      room -= each * found.length;
    }
    size = Math.max(Math.min(size, most), SIZE.least);
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
      if (ms < WANTED_MS.least) size = Math.max(Math.min(size * 2, SIZE.most, most), SIZE.least);
      if (ms > WANTED_MS.most) size = Math.max(Math.floor(size / 2), SIZE.least);
    },
  };
}

/** On average, at least 1. */
function charactersOfOne(events: StoredEvent[]): number {
  const some = events.filter((_, index) => index % SAMPLE === 0).map(({ data }) => data);
  return Math.max(charactersOf(some) / some.length, 1);
}

/** How long its texts and their names are: nearly what it is as JSON, at a sixth of what making that takes. */
function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  let sum = 0;
  // Its entries at once would be a list for each: a twentieth of what a process does that catches up, where all are measured.
  for (const name of Object.keys(value)) sum += name.length + charactersOf(value[name as keyof typeof value]);
  return sum;
}

import type { StoredEvent } from './event';

/** How many events of a log to ask for at a time: many small ones, few large ones. */
export interface PageSize {
  /** How many fill a page, or so many characters of JSON where that is less, if they are as large as the last ones. */
  within(characters?: number): number;
  /** Learns from a page that came. Answers with its size, in characters of JSON. */
  saw(page: StoredEvent[]): number;
}

/**
 * How large a page should be: it is in memory twice, as text and parsed, and has to come within the time for an answer. How large events are is known only
 * when they are there, so the first page of large ones behind small ones is larger than this.
 */
const MOST_CHARACTERS = 4 * 2 ** 20;
/** To take in more at once would keep others in this process waiting, and what it has for the server. */
const SIZE = { first: 16, most: 1_000 };
/** A page of small ones says little of those to come: it makes the next so many times larger at most. */
const GROWTH = 4;
/**
 * One of so many of a long page is measured: that tells enough, and each one measured takes its time from who catches up. A prime: what is appended comes
 * in pairs and the like, and a step in time with them would see only the small ones.
 */
const SAMPLE = { from: 100, step: 11 };

export function createPageSize(): PageSize {
  let each = MOST_CHARACTERS / SIZE.first;
  return {
    within: (characters = Infinity) => Math.min(Math.ceil(Math.min(characters, MOST_CHARACTERS) / each), SIZE.most),
    saw(page) {
      if (page.length === 0) return 0; // how large the next ones are is not known from none
      const seen = charactersOfOne(page);
      each = Math.max(seen, each / GROWTH);
      return seen * page.length;
    },
  };
}

/** On average, at least 1. */
function charactersOfOne(events: StoredEvent[]): number {
  const step = events.length < SAMPLE.from ? 1 : SAMPLE.step;
  const some = events.filter((_, index) => index % step === 0).map(({ data }) => data);
  return Math.max(charactersOf(some) / some.length, 1);
}

/** How long its texts and their names are: nearly what it is as JSON, at a sixth of what making that takes. */
function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  let sum = 0;
  // Not Object.entries: the lists that it makes took a twentieth of the time of a process that catches up, when every event was measured.
  for (const name of Object.keys(value)) sum += name.length + charactersOf(value[name as keyof typeof value]);
  return sum;
}

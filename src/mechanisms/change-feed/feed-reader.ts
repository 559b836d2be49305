import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../observability';
import type { Database } from '../postgres';
import type { WakeUp } from '../pubsub';
import { createDoorbell, listen } from '../pubsub';
import type { ReadEntry } from './entry';
import { newestPosition, PAGE_SIZE, readNewest } from './feed-pages';

/** Where the engine tells that a projection moved on. */
export const feedTopic = (projection: string): string => `projection:${projection}`;

/** Hears every new row of one projection, whole positions at a time. Resolves when it has room for more, if it minds. */
export type FeedListener = (entries: readonly ReadEntry[]) => Promise<void> | undefined;

/** The one who reads the new rows of a projection, for all subscribers of the process. */
export interface FeedReader {
  /** Once it knows where the feed stands: all rows up to `position()` are given out or are older than it. */
  readonly ready: Promise<void>;
  position(): bigint;
  /** From `position()` on. Returns the undo. */
  join(listener: FeedListener): () => void;
  stop(): Promise<void>;
}

export interface FeedReaderParts {
  database: Pick<Database, 'query' | 'prepared'>;
  wakeUp: WakeUp;
  projection: string;
  pollMs: number;
  log: Logger;
}

/** While there are more pages, the next one is read when all listeners have taken the last. A slow one holds up the others no longer than this, for each page. */
const PACE_MS = 2_000;

export function createFeedReader(parts: FeedReaderParts): FeedReader {
  const { database, wakeUp, projection, pollMs, log } = parts;
  const listeners = new Set<FeedListener>();
  const bell = createDoorbell();
  let stopped = false;
  let position = -1n;
  let announce = (): void => undefined;
  const ready = new Promise<void>((resolve) => (announce = resolve));

  const look = async (): Promise<boolean> => {
    if (position < 0n) {
      position = await newestPosition(database, projection);
      announce();
    }
    const page = await readNewest(database, { projection, after: position });
    position = page.at(-1)?.position ?? position;
    const taken = [...listeners].map((listener) => listener(page));
    if (page.length < PAGE_SIZE) return false;
    const enough = new AbortController();
    const patience = pause(PACE_MS, undefined, { signal: enough.signal, ref: false }).catch(() => undefined);
    await Promise.race([Promise.all(taken), patience]);
    enough.abort();
    return true;
  };
  const read = async (): Promise<void> => {
    while (!stopped) {
      const more = await look().catch((error: unknown) =>
        log.warn({ err: error, projection }, 'cannot read the change feed'),
      );
      if (!more) await bell.wait(pollMs);
    }
    announce();
  };
  const unsubscribe = listen({ wakeUp, topic: feedTopic(projection), log }, () => bell.ring());
  const reading = read();
  return {
    ready,
    position: () => position,
    join(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stop() {
      stopped = true;
      bell.ring();
      unsubscribe();
      await reading;
    },
  };
}

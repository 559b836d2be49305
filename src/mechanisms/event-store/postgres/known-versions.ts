import { LRUCache } from 'lru-cache';
import type { Session } from '../../postgres';
import { NO_STREAM } from '../event-store';

/** Versions of streams as the answers of one session told them. */
export interface Known {
  /** Of the session, as the server numbers it. */
  readonly pid: number;
  /** The stream was at this version, and may have moved on since. Every stream once was at that of no event. */
  has(stream: { streamId: string; expected: number }): boolean;
  learn(streamId: string, version: number): void;
  /** The server's session has another number: nothing can be known in this one. */
  disown(): void;
}

/** Streams of which it is kept. */
const MAX_KNOWN = 10_000;

/** What is known in a session: nothing at first, and nothing again in a new one. */
export function createKnownVersions(): (session: Session) => Known {
  let last: { session: Session; known: Known } | undefined;
  return (session) => {
    if (last?.session !== session) last = { session, known: knownIn(session) };
    return last.known;
  };
}

function knownIn({ pid }: Session): Known {
  let isOurs = true;
  const versions = new LRUCache<string, number>({ max: MAX_KNOWN });
  return {
    pid,
    has: ({ streamId, expected }) => isOurs && (expected === NO_STREAM || versions.get(streamId) === expected),
    learn: (streamId, version) => void versions.set(streamId, version),
    disown: () => void (isOurs = false),
  };
}

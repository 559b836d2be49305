import { LRUCache } from 'lru-cache';
import type { Lane, Session } from '../../postgres';
import { NO_STREAM } from '../event-store';

/** Versions of streams as the answers of one session told them. */
export interface Known {
  /** Of the session, as the server numbers it. */
  readonly pid: number;
  /** The stream has this version, if not one after it. So has every stream that of no event at all. */
  has(stream: { streamId: string; expected: number }): boolean;
  learn(streamId: string, version: number): void;
  /** The server's session has another number: nothing can be known in this one. */
  disown(): void;
}

/** Streams of which it is kept. */
const MAX_KNOWN = 10_000;

/** What is known now: nothing at first, and nothing again in a new session. Errors as those of the lane. */
export function createKnownVersions(lane: Pick<Lane, 'session'>): () => Promise<Known> {
  let last: { session: Session; known: Known } | undefined;
  return async () => {
    const session = await lane.session();
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

import { setTimeout as pause } from 'node:timers/promises';

export type OverseerrFault =
  | 'NONE'
  /** Connections are cut and refused. */
  | 'DOWN'
  /** Each request waits before it is worked on; the work goes on when the client has gone. */
  | 'SLOW'
  | 'ERROR_500'
  /** A write is committed, then the connection is cut instead of an answer. */
  | 'COMMIT_THEN_DROP'
  /** 200 with JSON that no contract knows. */
  | 'WRONG_SHAPE'
  /** The server is well, but what it asks about titles answers 500. */
  | 'TMDB_DOWN';

export interface Faults {
  current(): OverseerrFault;
  set(fault: OverseerrFault, delayMs: number): void;
  /** Waits for SLOW's delay; false when the server went down meanwhile. */
  delay(): Promise<boolean>;
  /** Ends the requests that are waiting: the process they were in is dead. */
  interrupt(): void;
}

export function createFaults(): Faults {
  let fault: OverseerrFault = 'NONE';
  let delayMs = 0;
  let alive = new AbortController();
  return {
    current: () => fault,
    set(next, nextDelayMs) {
      fault = next;
      delayMs = nextDelayMs;
    },
    async delay() {
      if (fault !== 'SLOW') return true;
      return pause(delayMs, true, { signal: alive.signal }).catch(() => false);
    },
    interrupt() {
      alive.abort();
      alive = new AbortController();
    },
  };
}

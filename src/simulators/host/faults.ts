import { setTimeout as pause } from 'node:timers/promises';

export type Fault =
  | 'NONE'
  /** Connections are cut and refused. */
  | 'DOWN'
  /** Each request waits before it is worked on; the work goes on when the client has gone. */
  | 'SLOW'
  | 'ERROR_500'
  /** A write is committed, then the connection is cut instead of an answer. */
  | 'COMMIT_THEN_DROP'
  /** 200 with JSON that no contract knows. */
  | 'WRONG_SHAPE';

/** What is wrong with a simulated server now; one may have faults of its own beside those that all have. */
export interface Faults<Own extends string = never> {
  current(): Fault | Own;
  set(fault: Fault | Own, delayMs: number): void;
  /** Waits for SLOW's delay; false when the server went down meanwhile. */
  delay(): Promise<boolean>;
  /** Ends the requests that are waiting: the process they were in is dead. */
  interrupt(): void;
}

export function createFaults<Own extends string = never>(): Faults<Own> {
  let fault: Fault | Own = 'NONE';
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

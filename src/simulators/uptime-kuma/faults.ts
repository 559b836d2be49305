import { setTimeout as pause } from 'node:timers/promises';

export type UptimeKumaFault =
  | 'NONE'
  /** Connections are cut and refused. */
  | 'DOWN'
  /** Each answer waits; what is pushed does not. */
  | 'SLOW'
  /** Connections are cut, and every new one is answered with an error. */
  | 'ERROR_500'
  /** What is asked is done, then the connection is cut instead of an answer. */
  | 'COMMIT_THEN_DROP'
  /** Answers, and the first word of new connections, are nothing that a contract knows. */
  | 'WRONG_SHAPE';

export interface Faults {
  current(): UptimeKumaFault;
  set(fault: UptimeKumaFault, delayMs: number): void;
  /** Waits for SLOW's delay. */
  delay(): Promise<void>;
  /** The answer as it goes out. */
  distort(answer: unknown[]): unknown[];
}

export const SURPRISE = { surprise: 'not what was asked for' };

export function createFaults(): Faults {
  let fault: UptimeKumaFault = 'NONE';
  let delayMs = 0;
  return {
    current: () => fault,
    set(next, nextDelayMs) {
      fault = next;
      delayMs = nextDelayMs;
    },
    delay: () => (fault === 'SLOW' ? pause(delayMs, undefined, { ref: false }) : Promise.resolve()),
    distort: (answer) => (fault === 'WRONG_SHAPE' ? [SURPRISE] : answer),
  };
}

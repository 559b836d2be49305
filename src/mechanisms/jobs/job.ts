import type { Preparing } from '../postgres';

/** Work to do outside of a request. */
export interface Job {
  task: string;
  /** Idempotency: a job with this key that waits is replaced, not doubled. */
  key: string;
  /** Jobs of one queue run one after another. */
  queue?: string;
  runAt?: Date;
  /** Of those that are due a lower one comes first; 0 by default. */
  priority?: number;
  /**
   * A waiting job with this key that is as urgent, or more so, stays as it is, instead of being replaced; but not one that has thrown and would
   * pause for minutes more.
   */
  unlessWaiting?: boolean;
  /** How often it is tried when its task throws; graphile's 25 by default. */
  maxAttempts?: number;
  payload: object;
}

/** Enqueueing takes part in the caller's transaction when one is given. Several are one statement, and run in their order where they share a queue and a priority. */
export interface JobQueue {
  enqueue(jobs: Job | readonly Job[], tx?: Preparing): Promise<void>;
}

/** A task gets the payload as stored: parse it. An exception is a bug: graphile retries it. */
export type Tasks = Record<string, (payload: unknown) => Promise<void>>;

import { Logger as WorkerLogger } from 'graphile-worker';
import type { Logger } from '../observability';

/** graphile-worker tells of every job at `info`; ours is for the operator. Its details can hold payloads, so only the error is kept. */
const LEVELS = { error: 'error', warning: 'warn', info: 'debug', debug: 'trace' } as const;

export function createWorkerLogger(log: Logger): WorkerLogger {
  return new WorkerLogger((scope) => (level, message, details) => {
    log[LEVELS[level]]({ ...scope, err: details?.error }, message);
  });
}

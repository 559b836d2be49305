import { EventStoreUnavailable } from '../errors';

/** Nothing was written: `what` waited for its turn so long that who asked may have gone. */
export function notReached(what: string, ms: number): EventStoreUnavailable {
  return new EventStoreUnavailable(`the event store did not come to ${what} in ${ms / 1_000} s`);
}

/** The work, to be begun when its turn comes; when that is later than so long after now, it is not begun, and rejects as not reached. */
export function begunInTime<Result>(what: string, ms: number, work: () => Promise<Result>): () => Promise<Result> {
  const since = performance.now();
  return async () => {
    if (performance.now() - since > ms) throw notReached(what, ms);
    return work();
  };
}

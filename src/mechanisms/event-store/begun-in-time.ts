import { EventStoreUnavailable } from '../errors';

/** Nothing was written: `what` waited for its turn so long that who asked may have gone. */
export function notReached(what: string, ms: number): EventStoreUnavailable {
  return new EventStoreUnavailable(`the event store did not come to ${what} in ${ms / 1_000} s`);
}

/** The work, for who calls it when its turn has come: where that is more than `ms` after now, it does not begin, and rejects as `notReached`. */
export function begunInTime<Result>(what: string, ms: number, work: () => Promise<Result>): () => Promise<Result> {
  const since = performance.now();
  return async () => {
    if (performance.now() - since > ms) throw notReached(what, ms);
    return work();
  };
}

import { setTimeout as pause } from 'node:timers/promises';
import type { ExecutionResult } from 'graphql';
import { createSourceEventStream } from 'graphql';
import { MediaNestError } from '../mechanisms/errors';
import type { PreparedOperation } from './operation';

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * `subscribe` of graphql-js, but for the context: every event is executed with one of its own, so that its loaders read what is there now and
 * the viewer is one who still may. `contextForEvent` throws to end the subscription.
 */
export async function subscribePerEvent(
  operation: Omit<PreparedOperation, 'bill'>,
): Promise<AsyncGenerator<ExecutionResult> | ExecutionResult> {
  const { record, contextForEvent, execute } = operation;
  const events = await createSourceEventStream(operation);
  if (!(Symbol.asyncIterator in events)) return events;
  record.stream();
  const tell = (event: unknown): Promise<ExecutionResult> =>
    record.run(async () => execute({ ...operation, rootValue: event, contextValue: await contextForEvent() }));
  const map = async (event: unknown, ended: AbortSignal): Promise<ExecutionResult> => {
    for (;;) {
      const result = await tell(event);
      if (!isLostForNow(result) || ended.aborted) return result;
      await pause(AGAIN_MS, undefined, { signal: ended }).catch(() => undefined);
    }
  };
  return mapEvents(events, { map, ended: (errors) => record.end(errors) });
}

/** How long an outage is waited for between two tries. */
const AGAIN_MS = 1_000;

/**
 * An event that could not be told for now must not be passed over: the next one would carry a later position, and the client would go on after
 * that. So it is told when it can be.
 */
function isLostForNow({ data, errors = [] }: ExecutionResult): boolean {
  if (Object.values(data ?? {}).some((field) => field !== null)) return false;
  return errors.some(({ originalError }) => originalError instanceof MediaNestError && originalError.retryable);
}

/**
 * Written by hand: a generator around an iterator takes a `return()` only after the `next()` that waits, so that the subscription of a client that
 * is gone would stay until its next event.
 */
function mapEvents<Event, Result>(
  events: AsyncIterable<Event>,
  { map, ended: tell }: { map(event: Event, ended: AbortSignal): Promise<Result>; ended(errors: unknown[]): void },
): AsyncGenerator<Result, undefined> {
  const source = events[Symbol.asyncIterator]();
  let ended: Promise<unknown> | undefined;
  const ending = new AbortController();
  let releaseWaiting: (() => void) | undefined;

  async function end(...errors: unknown[]): Promise<typeof DONE> {
    tell(errors);
    ended ??= Promise.resolve(source.return?.());
    ending.abort();
    releaseWaiting?.();
    await ended;
    return DONE;
  }
  async function step(): Promise<IteratorResult<Result, undefined>> {
    try {
      const event = await source.next();
      if (event.done) tell([]);
      return event.done || ended ? DONE : { done: false, value: await map(event.value, ending.signal) };
    } catch (error) {
      releaseWaiting = undefined; // who waits shall get this error
      await end(error);
      throw error;
    }
  }
  return {
    next() {
      if (ended) return Promise.resolve(DONE);
      return new Promise((resolve, reject) => {
        releaseWaiting = () => resolve(DONE);
        step().then(resolve, reject);
      });
    },
    return: () => end(),
    async throw(error) {
      await end(error);
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
}

import { failureOf, MediaNestError } from './errors';
import type { ReaderParts } from './reader';
import { createReader } from './reader';
import type { Tokens } from './tokens';
import { delayBefore, pause } from './waiting';

export interface SubscriptionParts extends Omit<ReaderParts, 'left'> {
  tokens: Tokens;
  onRetry(reason: MediaNestError): void;
  /** Called once, however it ends. */
  onEnd(): void;
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };
/** An attempt that held for so long was a good one: the next loss begins with short waits again. */
const GOOD_MS = 10_000;

/** Reads one subscription from its position on, over any number of lost connections: every change once, in order. */
export function subscribeResuming<Data>(parts: SubscriptionParts): AsyncIterableIterator<Data> {
  const { socket, tokens, onRetry, onEnd } = parts;
  const left = new AbortController();
  const reader = createReader<Data>({ ...parts, left: left.signal });
  let retries = 0;
  let begunAt = Date.now();

  /** Whether another attempt makes sense; waits until it does. */
  async function mayGoOn(failure: Error): Promise<boolean> {
    if (!reader.resumable || !(failure instanceof MediaNestError)) return false;
    const renewed = failure.code === 'UNAUTHENTICATED' && (await tokens.renew(socket.token()));
    if (!failure.retryable && !renewed) return false;
    if (Date.now() - begunAt > GOOD_MS) retries = 0;
    onRetry(failure);
    await pause(delayBefore(retries, failure.retryAfterMs), left.signal);
    retries += 1;
    begunAt = Date.now();
    return true;
  }

  async function step(): Promise<IteratorResult<Data, undefined>> {
    while (!left.signal.aborted) {
      try {
        const data = await reader.read();
        if (data === undefined) return await leave();
        retries = 0;
        return { done: false, value: data };
      } catch (reason) {
        await reader.drop();
        const failure = failureOf(reason);
        if (!left.signal.aborted && !(await mayGoOn(failure))) throw failure;
      }
    }
    return DONE;
  }

  async function leave(): Promise<typeof DONE> {
    if (left.signal.aborted) return DONE;
    left.abort();
    onEnd();
    await reader.drop();
    return DONE;
  }
  return leavable(step, { leave, left: left.signal });
}

/** By hand, for an async generator that waits for its next message could not be left before that message comes. */
function leavable<Data>(
  step: () => Promise<IteratorResult<Data, undefined>>,
  { leave, left }: { leave: () => Promise<typeof DONE>; left: AbortSignal },
): AsyncIterableIterator<Data> {
  let last: Promise<unknown> = Promise.resolve();
  let release = (): void => undefined;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next() {
      if (left.aborted) return Promise.resolve(DONE);
      return new Promise((resolve, reject) => {
        last = last.then(() => {
          release = () => resolve(DONE);
          return step().then(resolve, async (failure: unknown) => {
            await leave();
            reject(failure as Error);
          });
        });
      });
    },
    return() {
      release();
      return leave();
    },
  };
}

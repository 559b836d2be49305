import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 30_000;
const PERIOD_MS = 50;

/** Asks again and again until the answer is not undefined, and gives it; throws `what` after the deadline. */
export async function until<Answer>(
  what: string | (() => string),
  ask: () => Promise<Answer | undefined> | Answer | undefined,
  patienceMs = PATIENCE_MS,
): Promise<Answer> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline)
      throw new Error(`not within ${patienceMs} ms: ${typeof what === 'string' ? what : what()}`);
    await pause(PERIOD_MS);
  }
}

export interface Watch<Item> {
  /** All that came so far. */
  readonly seen: readonly Item[];
  /** The first item that is so, also of those that came already. Throws when the subscription ended before it came. */
  first(what: string, isSo: (item: Item) => boolean): Promise<Item>;
  /** How it ended, when it did: the error that was thrown, or null for a regular end. */
  ended(): Promise<unknown>;
  stop(): Promise<void>;
}

/** Reads a subscription in the background and keeps what it says. */
export function watch<Item>(subscription: AsyncIterableIterator<Item>): Watch<Item> {
  const seen: Item[] = [];
  let end: { reason: unknown } | undefined;

  async function read(): Promise<void> {
    try {
      for await (const item of subscription) seen.push(item);
      end = { reason: null };
    } catch (reason) {
      end = { reason };
    }
  }
  const reading = read();
  return {
    seen,
    first: (what, isSo) =>
      until(
        () => `${what}; seen: ${JSON.stringify(seen)}`,
        () => {
          const found = seen.find(isSo);
          if (found === undefined && end)
            throw new Error(`the subscription ended before: ${what}`, { cause: end.reason });
          return found;
        },
      ),
    ended: async () => (await until('the end of a subscription', () => end)).reason,
    async stop() {
      await subscription.return?.();
      await reading;
    },
  };
}

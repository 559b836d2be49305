import type { FeedItem } from './entry';
import { createMailbox, DONE } from './mailbox';

export interface SubscriberOptions {
  /** More waiting items than this end the subscription. */
  limit: number;
  /** Makes the error of a subscriber that fell behind, from where it has to resume. */
  lagged(resumeAt: bigint): Error;
}

/** A bounded buffer between the feed and one consumer. */
export interface Subscriber {
  readonly iterator: AsyncIterableIterator<FeedItem>;
  ended(): boolean;
  /** Called once, however it ends; at once when it has. */
  onEnd(listener: () => void): void;
  /** Where it starts; a lag before the first item resumes there. */
  startAt(position: bigint): void;
  /** Live items: nobody can be made to wait, so an overflow ends the subscription. */
  offer(items: readonly FeedItem[]): void;
  /** Items of a scan: resolves as `drained`. */
  deliver(items: readonly FeedItem[]): Promise<void>;
  /** When all items are taken, or the subscription has ended; for one who waits at a time. */
  drained(): Promise<void>;
  fail(error: unknown): void;
  end(): void;
}

/** The iterator is written by hand: `return()` of an async generator waits for a pending `next()`, and so for an event that may never come. */
export function createSubscriber({ limit, lagged }: SubscriberOptions): Subscriber {
  let ended = false;
  let resumeAt = 0n;
  let tellDrained = (): void => undefined;
  const drained = (): Promise<void> =>
    mailbox.size() === 0 ? Promise.resolve() : new Promise((resolve) => (tellDrained = resolve));
  const endListeners: (() => void)[] = [];
  const mailbox = createMailbox<FeedItem>((item) => {
    resumeAt = item.resumeAt;
    if (mailbox.size() === 0) tellDrained();
  });
  const end = (failure?: { error: unknown }): void => {
    if (ended) return;
    ended = true;
    mailbox.close(failure);
    tellDrained();
    for (const listener of endListeners.splice(0)) listener();
  };
  const iterator: AsyncIterableIterator<FeedItem> = {
    next: () => mailbox.next(),
    async return() {
      end();
      mailbox.close(); // whoever leaves wants to hear of no failure either
      return DONE;
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return {
    iterator,
    ended: () => ended,
    onEnd: (listener) => (ended ? listener() : void endListeners.push(listener)),
    startAt: (position) => (resumeAt = position),
    offer(items) {
      mailbox.put(items);
      if (mailbox.size() > limit) end({ error: lagged(resumeAt) });
    },
    deliver(items) {
      mailbox.put(items);
      return drained();
    },
    drained,
    fail: (error) => end({ error }),
    end: () => end(),
  };
}

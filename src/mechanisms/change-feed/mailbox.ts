/** Items on their way to one consumer that takes them with `next()`. */
export interface Mailbox<Item> {
  put(items: readonly Item[]): void;
  next(): Promise<IteratorResult<Item>>;
  /** How many wait to be taken. */
  size(): number;
  /** Drops what waits. With a failure, the next `next()` (or the oldest pending one) throws it, once; all others are done. */
  close(failure?: { error: unknown }): void;
}

interface Waiting<Item> {
  resolve(result: IteratorResult<Item>): void;
  reject(error: unknown): void;
}

export const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

export function createMailbox<Item>(taken: (item: Item) => void): Mailbox<Item> {
  let items: Item[] = [];
  const waiting: Waiting<Item>[] = [];
  let closed = false;
  let failure: { error: unknown } | undefined;
  return {
    put(more) {
      for (const item of closed ? [] : more) {
        const consumer = waiting.shift();
        if (!consumer) {
          items.push(item);
          continue;
        }
        taken(item);
        consumer.resolve({ done: false, value: item });
      }
    },
    async next() {
      const item = items.shift();
      if (item !== undefined) {
        taken(item);
        return { done: false, value: item };
      }
      if (!closed) return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
      const thrown = failure;
      failure = undefined;
      if (thrown) throw thrown.error;
      return DONE;
    },
    size: () => items.length,
    close(reason) {
      closed = true;
      items = [];
      const oldest = reason && waiting.shift();
      failure = oldest ? undefined : reason;
      if (oldest) oldest.reject(reason.error);
      for (const consumer of waiting.splice(0)) consumer.resolve(DONE);
    },
  };
}

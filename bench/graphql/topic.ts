/** One source for many, in this process: what is published goes to everybody who has subscribed. */
export interface Topic<Item> {
  publish(item: Item): void;
  subscribe(): AsyncIterableIterator<Item>;
  size(): number;
}

export function createTopic<Item>(): Topic<Item> {
  const subscribers = new Set<(item: Item) => void>();
  return {
    publish: (item) => subscribers.forEach((take) => take(item)),
    size: () => subscribers.size,
    subscribe() {
      const waiting: Item[] = [];
      let wake: ((result: IteratorResult<Item>) => void) | undefined;
      const take = (item: Item): void => {
        if (!wake) return void waiting.push(item);
        wake({ done: false, value: item });
        wake = undefined;
      };
      subscribers.add(take);
      return {
        next() {
          const item = waiting.shift();
          if (item !== undefined) return Promise.resolve({ done: false, value: item });
          return new Promise((resolve) => (wake = resolve));
        },
        return() {
          subscribers.delete(take);
          wake?.({ done: true, value: undefined });
          return Promise.resolve({ done: true, value: undefined });
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
  };
}

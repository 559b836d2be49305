import type { EventStore, StoredEvent } from '../event-store';

/**
 * The store for several who follow its log at one pace: they are all woken by the same append, and who asks for what somebody else has just asked
 * for gets the same answer. Not across a hint, for what it tells of may have come after the question.
 */
export function coalesceReads(store: EventStore): EventStore {
  const underWay = new Map<string, Promise<StoredEvent[]>>();
  return {
    ...store,
    readAll(after, limit) {
      const question = `${after} ${limit}`;
      const asked = underWay.get(question);
      if (asked) return asked;
      const reading = store.readAll(after, limit).finally(() => {
        if (underWay.get(question) === reading) underWay.delete(question);
      });
      underWay.set(question, reading);
      return reading;
    },
    onAppended: (listener) =>
      store.onAppended(() => {
        underWay.clear();
        listener();
      }),
  };
}

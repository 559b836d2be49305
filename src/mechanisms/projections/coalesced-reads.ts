import type { EventStore, StoredEvent } from '../event-store';

/**
 * The store for several followers of its log. All of them are woken by the same append and then ask for the same page, so a read that is under way is
 * shared by those who ask for the same. A hint ends the sharing: the event that it tells of may be newer than the answer under way.
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

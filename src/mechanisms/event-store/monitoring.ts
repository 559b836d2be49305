import { MediaNestError } from '../errors';
import type { Observer } from '../observability';
import type { EventStore } from './event-store';

/** The same store, whose appends are counted, and told to the operations that they were made for. */
export function monitorAppends(store: EventStore, observer: Observer): EventStore {
  const { metrics } = observer;
  const seconds = metrics.histogram({
    name: 'medianest_event_store_append_seconds',
    help: 'Appends; the outcome is OK or the code of the failure, of which CONCURRENCY_CONFLICT is a matter of course.',
    labels: ['outcome'],
  });
  const events = metrics.counter({
    name: 'medianest_event_store_events_total',
    help: 'Events that were appended.',
    labels: [],
  });
  return {
    ...store,
    async append(streamId, expected, given) {
      const startedAt = performance.now();
      const told = (outcome: string): void => {
        const ms = performance.now() - startedAt;
        seconds.observe({ outcome }, ms / 1_000);
        const what = given.map(({ type }) => type).join(', ');
        observer.step({ kind: 'APPEND', of: 'event store', what, outcome, ms });
      };
      try {
        const result = await store.append(streamId, expected, given);
        told('OK');
        if (!result.repeated) events.add({}, given.length);
        return result;
      } catch (error) {
        told(error instanceof MediaNestError ? error.code : 'UNEXPECTED');
        throw error;
      }
    },
  };
}

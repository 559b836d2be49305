import { MediaNestError } from '../errors';
import type { Metrics } from '../observability';
import type { EventStore } from './event-store';

/** The same store, whose appends are counted. */
export function monitorAppends(store: EventStore, metrics: Metrics): EventStore {
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
      const told = (outcome: string): void => seconds.observe({ outcome }, (performance.now() - startedAt) / 1_000);
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

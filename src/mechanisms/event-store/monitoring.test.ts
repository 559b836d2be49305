import { createObserver } from '../observability';
import { NO_STREAM } from './event-store';
import { newEvents } from './fixtures.contract';
import { createMemoryEventStore } from './memory';
import { monitorAppends } from './monitoring';

it('counts what was appended and what was refused, tells for whom, and lets both through', async () => {
  const observer = createObserver();
  const { metrics } = observer;
  const store = monitorAppends(createMemoryEventStore(), observer);
  const events = newEvents(2);
  expect(await store.append('s-1', NO_STREAM, events)).toMatchObject({ version: 1, repeated: false });
  expect(await store.append('s-1', NO_STREAM, events)).toMatchObject({ repeated: true });
  await expect(store.append('s-1', NO_STREAM, newEvents(1))).rejects.toMatchObject({ code: 'CONCURRENCY_CONFLICT' });
  const recording = observer.begin({ trace: true });
  await observer.record(recording, () => store.append('s-2', NO_STREAM, newEvents(2)));
  const what = newEvents(2).map(({ type }) => type).join(', '); // prettier-ignore
  expect(recording.trace).toMatchObject([{ kind: 'APPEND', of: 'event store', what, outcome: 'OK' }]);
  expect(recording.statements).toBe(0);
  const { text } = await metrics.expose();
  expect(text).toContain('medianest_event_store_append_seconds_count{outcome="OK"} 3');
  expect(text).toContain('medianest_event_store_append_seconds_count{outcome="CONCURRENCY_CONFLICT"} 1');
  expect(text).toContain('medianest_event_store_events_total 4');
});

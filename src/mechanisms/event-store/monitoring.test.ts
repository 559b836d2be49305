import { createMetrics } from '../observability';
import { NO_STREAM } from './event-store';
import { newEvents } from './fixtures.contract';
import { createMemoryEventStore } from './memory';
import { monitorAppends } from './monitoring';

it('counts what was appended and what was refused, and lets both through', async () => {
  const metrics = createMetrics();
  const store = monitorAppends(createMemoryEventStore(), metrics);
  const events = newEvents(2);
  expect(await store.append('s-1', NO_STREAM, events)).toMatchObject({ version: 1, repeated: false });
  expect(await store.append('s-1', NO_STREAM, events)).toMatchObject({ repeated: true });
  await expect(store.append('s-1', NO_STREAM, newEvents(1))).rejects.toMatchObject({ code: 'CONCURRENCY_CONFLICT' });
  const { text } = await metrics.expose();
  expect(text).toContain('medianest_event_store_append_seconds_count{outcome="OK"} 2');
  expect(text).toContain('medianest_event_store_append_seconds_count{outcome="CONCURRENCY_CONFLICT"} 1');
  expect(text).toContain('medianest_event_store_events_total 2');
});

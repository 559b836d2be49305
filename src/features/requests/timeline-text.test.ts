import { adopted, deferred, SAMPLES, submitted } from './media-request/testing';
import { timelineText } from './timeline-text';

it.each(Object.values(SAMPLES))('has a sentence for $type', (sample) => {
  expect(timelineText(sample)).toMatch(/^[A-Z][^{}]*[.]$/);
  expect(timelineText(sample)).not.toMatch(/undefined|null|usr_|\[object/);
});

it('tells what matters', () => {
  expect(timelineText(submitted())).toBe('Asked for The Matrix (1999).');
  expect(timelineText(submitted({ title: undefined, year: undefined }))).toBe('Asked for this title.');
  expect(timelineText(deferred(2, 'NOT_SENT'))).toBe(
    'Attempt 2 ended: the request service could not be reached; nothing was sent.',
  );
  expect(timelineText(deferred(2, 'UNKNOWN', { cause: 'WORKER_LOST' }))).toBe(
    'Attempt 2 ended: its worker was lost; it may have arrived, so we look before the next one.',
  );
  expect(timelineText(adopted(2, { reason: 'FOUND_AFTER_UNCERTAIN' }))).toContain('found there after an attempt');
});

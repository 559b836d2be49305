import { join } from 'node:path';
import { createEventCodecs } from '../../../mechanisms/event-store';
import { expectGolden, recorded } from '../../../mechanisms/event-store/testing';
import { SAMPLES } from './testing';
import { mediaRequestCodecs } from './event-codecs';

const codecs = createEventCodecs(mediaRequestCodecs);

it('reads every version that was ever stored', () => {
  expectGolden(mediaRequestCodecs, join(__dirname, 'event-codecs.golden.json'));
});

it.each(Object.values(SAMPLES))('reads back what is written today: $type', (sample) => {
  const [event] = recorded([sample]);
  expect(codecs.read(event as never)).toMatchObject(sample);
});

it.each([
  ['an id of nobody', { ...SAMPLES.UpstreamRequestCreated.data, upstreamRequestId: 0 }, 'UpstreamRequestCreated'],
  ['a time that is none', { ...SAMPLES.HandoverAttempted.data, startedAt: 'soon' }, 'HandoverAttempted'],
  ['a cause that nobody knows', { ...SAMPLES.HandoverDeferred.data, cause: 'BAD_LUCK' }, 'HandoverDeferred'],
  ['no request', { via: 'DUPLICATE' }, 'RequestJoined'],
])('does not take %s', (_, data, type) => {
  const [event] = recorded([{ type, data }]);
  expect(() => codecs.read(event as never)).toThrow(expect.objectContaining({ code: 'UNREADABLE_EVENT' }));
});

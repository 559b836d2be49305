import { join } from 'node:path';
import { createEventCodecs } from '../../../mechanisms/event-store';
import { expectGolden, recorded } from '../../../mechanisms/event-store/testing';
import { serviceCodecs } from './event-codecs';

const codecs = createEventCodecs(serviceCodecs);

it('reads every version that was ever stored', () => {
  expectGolden(serviceCodecs, join(__dirname, 'event-codecs.golden.json'));
});

it.each([
  ['a time that is none', 'ServiceWentDown', { serviceId: 'svc_1', at: 'soon', source: 'SOCKET' }],
  [
    'a channel that nobody knows',
    'ServiceCameUp',
    { serviceId: 'svc_1', at: '2026-05-01T10:00:00.000Z', source: 'HEARSAY' },
  ],
  ['no service', 'ServicePaused', { at: '2026-05-01T10:00:00.000Z', source: 'SOCKET' }],
])('does not take %s', (_, type, data) => {
  const [event] = recorded([{ type, data }]);
  expect(() => codecs.read(event as never)).toThrow(expect.objectContaining({ code: 'UNREADABLE_EVENT' }));
});

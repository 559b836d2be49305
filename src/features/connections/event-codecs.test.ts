import { join } from 'node:path';
import { createEventCodecs } from '../../mechanisms/event-store';
import { expectGolden, recorded } from '../../mechanisms/event-store/testing';
import { connectionCodecs } from './event-codecs';

it('reads every version that was ever stored', () => {
  expectGolden(connectionCodecs, join(__dirname, 'event-codecs.golden.json'));
});

it.each([
  ['ConnectionEstablished', { kind: 'TOASTER', instanceId: 'a' }],
  ['ConnectionIdentityChanged', { from: 'a', to: '' }],
  ['UpstreamIdentityAccepted', {}],
])('does not take a %s that is none', (type, data) => {
  const [event] = recorded([{ type, data }]);
  expect(() => createEventCodecs(connectionCodecs).read(event as never)).toThrow(
    expect.objectContaining({ code: 'UNREADABLE_EVENT' }),
  );
});

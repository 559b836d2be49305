import { join } from 'node:path';
import { createEventCodecs } from '../../../mechanisms/event-store';
import { expectGolden, recorded } from '../../../mechanisms/event-store/testing';
import { monitoringCodecs } from './event-codecs';

const codecs = createEventCodecs(monitoringCodecs);

it('reads every version that was ever stored', () => {
  expectGolden(monitoringCodecs, join(__dirname, 'event-codecs.golden.json'));
});

it('does not take a loss without its time', () => {
  const [event] = recorded([{ type: 'MonitoringLost', data: { connectionId: 'uptime-kuma' } }]);
  expect(() => codecs.read(event as never)).toThrow(expect.objectContaining({ code: 'UNREADABLE_EVENT' }));
});

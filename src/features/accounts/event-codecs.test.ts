import { join } from 'node:path';
import { createEventCodecs } from '../../mechanisms/event-store';
import { expectGolden, recorded } from '../../mechanisms/event-store/testing';
import { accountCodecs } from './event-codecs';

const codecs = createEventCodecs(accountCodecs);

it('reads every version that was ever stored', () => {
  expectGolden(accountCodecs, join(__dirname, 'event-codecs.golden.json'));
});

it('does not take a role that there is not', () => {
  const [event] = recorded([{ type: 'RoleChanged', data: { from: 'FRIEND', to: 'KING' } }]);
  expect(() => codecs.read(event as never)).toThrow(expect.objectContaining({ code: 'UNREADABLE_EVENT' }));
});

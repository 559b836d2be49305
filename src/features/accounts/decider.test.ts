import { given } from '../../mechanisms/event-store/testing';
import { accountDecider } from './decider';
import type { AccountEvent } from './events';

const suspended: AccountEvent = { type: 'AccountSuspended', data: {} };
const reinstated: AccountEvent = { type: 'AccountReinstated', data: {} };

it('is suspended once, and reinstated once', () => {
  given(accountDecider).when({ type: 'Suspend' }).then([suspended]);
  given(accountDecider, [suspended]).when({ type: 'Suspend' }).thenNothing();
  given(accountDecider, [suspended]).when({ type: 'Reinstate' }).then([reinstated]);
  given(accountDecider, [suspended, reinstated]).when({ type: 'Reinstate' }).thenNothing();
});

it('has the role that it was given last, also while it is suspended', () => {
  const lower = { from: 'DECIDER', to: 'FRIEND' } as const;
  const lowered: AccountEvent = { type: 'RoleChanged', data: lower };
  given(accountDecider, [suspended])
    .when({ type: 'ChangeRole', ...lower })
    .then([lowered]);
  given(accountDecider).when({ type: 'ChangeRole', from: 'FRIEND', to: 'FRIEND' }).thenNothing();
  const state = [suspended, lowered].reduce(
    (before, event) => accountDecider.evolve(before, event as never),
    accountDecider.initialState,
  );
  expect(state).toEqual({ suspended: true, role: 'FRIEND' });
});

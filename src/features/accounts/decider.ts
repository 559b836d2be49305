import type { Decider, Recorded } from '../../mechanisms/event-store';
import type { Role, Standing } from './account';
import type { AccountEvent } from './events';

export type AccountCommand = { type: 'Suspend' } | { type: 'Reinstate' } | { type: 'ChangeRole'; from: Role; to: Role };

function decide(command: AccountCommand, { suspended }: Standing): AccountEvent[] {
  switch (command.type) {
    case 'Suspend':
      return suspended ? [] : [{ type: 'AccountSuspended', data: {} }];
    case 'Reinstate':
      return suspended ? [{ type: 'AccountReinstated', data: {} }] : [];
    case 'ChangeRole': {
      const { from, to } = command;
      return from === to ? [] : [{ type: 'RoleChanged', data: { from, to } }];
    }
  }
}

function evolve(state: Standing, event: Recorded<AccountEvent>): Standing {
  switch (event.type) {
    case 'AccountSuspended':
      return { ...state, suspended: true };
    case 'AccountReinstated':
      return { ...state, suspended: false };
    case 'RoleChanged':
      return { ...state, role: event.data.to };
  }
}

export const accountDecider: Decider<Standing, AccountCommand, AccountEvent> = {
  initialState: { suspended: false, role: null },
  decide,
  evolve,
};

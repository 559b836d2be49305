import { z } from 'zod';
import { codecsOf } from '../../mechanisms/event-store';
import type { AccountEvent } from './events';

const role = z.enum(['ADMIN', 'DECIDER', 'FRIEND']);
const nothing = z.record(z.string(), z.never());

const schemas: { [Type in AccountEvent['type']]: z.ZodType<Extract<AccountEvent, { type: Type }>['data']> } = {
  AccountSuspended: nothing,
  AccountReinstated: nothing,
  RoleChanged: z.object({ from: role, to: role }),
};

export const accountCodecs = codecsOf(schemas);

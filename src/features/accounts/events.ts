import type { Role } from './account';

/** What an operator decides about an account, on its stream `account-{id}`. Who it is, and its role at first, the settings say. */

/** From now on no token of it is valid. */
export type AccountSuspended = { type: 'AccountSuspended'; data: Record<string, never> };
export type AccountReinstated = { type: 'AccountReinstated'; data: Record<string, never> };
export type RoleChanged = { type: 'RoleChanged'; data: { from: Role; to: Role } };

export type AccountEvent = AccountSuspended | AccountReinstated | RoleChanged;

import type { Scope } from '../../mechanisms/graphql';

export type Role = 'ADMIN' | 'DECIDER' | 'FRIEND';

export interface Account {
  id: string;
  /** For people. */
  name: string;
  role: Role;
}

/** An account as the settings name it, until people can sign in with Plex. */
export interface Member {
  /** Short and stable: the id is made of it, and the command line takes it. */
  name: string;
  display: string;
  role: Role;
}

/** What an operator has decided about an account. */
export interface Standing {
  /** No token of it is valid. */
  suspended: boolean;
  /** Null: the one that the settings say. */
  role: Role | null;
}

const FRIEND: readonly Scope[] = ['STATUS_READ', 'LIBRARY_READ', 'REQUESTS_READ', 'REQUESTS_CREATE'];
const DECIDER: readonly Scope[] = [...FRIEND, 'REQUESTS_CREATE_ON_BEHALF_OF', 'REQUESTS_DECIDE'];
const SCOPES: Record<Role, readonly Scope[]> = { FRIEND, DECIDER, ADMIN: [...DECIDER, 'ADMIN'] };

/** What an account of this role may do. */
export function scopesOf(role: Role): ReadonlySet<Scope> {
  return new Set(SCOPES[role]);
}

export interface Session {
  accessToken: string;
  expiresAt: Date;
  account: Account;
}

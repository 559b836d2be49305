import type { State, UserRow } from '../state';
import type { Catalogue } from '../titles';

/** A world to begin from: the titles stay as they are, the state grows. */
export interface Seed {
  name: string;
  catalogue: Catalogue;
  /** How long fulfilment takes when the caller does not say; absent: nothing moves by itself. */
  availableAfterMs?: number;
  initialState(now: Date): State;
}

export function user(
  row: Pick<UserRow, 'id' | 'username' | 'email' | 'permissions' | 'createdAt'> & Partial<UserRow>,
): UserRow {
  return { movieQuotaLimit: null, movieQuotaDays: null, tvQuotaLimit: null, tvQuotaDays: null, ...row };
}

export function emptyState(users: UserRow[]): State {
  return {
    users,
    media: [],
    requests: [],
    due: [],
    lastIds: { media: 0, mediaSeason: 0, request: 0, seasonRequest: 0 },
  };
}

import { household } from '../simulators/world';
import type { Settings } from './config';

/** Who may use this server, until people can sign in with Plex. */
export interface Member {
  name: string;
  display: string;
  role: 'ADMIN' | 'DECIDER' | 'FRIEND';
  overseerrUserId: number;
}

/** The demo's household, or the names of UPSTREAM_USERS: there the first is the admin. */
export function membersOf({ demo, upstreamUsers }: Pick<Settings, 'demo' | 'upstreamUsers'>): Member[] {
  const mapped = new Map(upstreamUsers ?? []);
  if (demo)
    return household.accounts.map((one) => ({ ...one, overseerrUserId: mapped.get(one.name) ?? one.overseerrUserId }));
  return (upstreamUsers ?? []).map(([name, overseerrUserId], index) => ({
    name,
    display: name.charAt(0).toUpperCase() + name.slice(1),
    role: index === 0 ? 'ADMIN' : 'FRIEND',
    overseerrUserId,
  }));
}

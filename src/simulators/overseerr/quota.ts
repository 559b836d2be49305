import type { Json } from './representation';
import { mayAny, Permission } from './permissions';
import type { MediaType, State, UserRow } from './state';
import { RequestStatus } from './state';

/** `limit` is undefined for who is unlimited; then nothing is counted either. */
export interface Quota {
  days: number | undefined;
  limit: number | undefined;
  used: number;
  remaining: number | undefined;
  restricted: boolean;
}

const DAY = 24 * 60 * 60 * 1000;

/** Movies count requests, series count seasons; 4K counts too, declined and deleted requests do not. */
export function quotaOf(state: State, user: UserRow, about: { mediaType: MediaType; now: Date }): Quota {
  const { mediaType, now } = about;
  const limit = (mediaType === 'movie' ? user.movieQuotaLimit : user.tvQuotaLimit) ?? 0;
  const days = (mediaType === 'movie' ? user.movieQuotaDays : user.tvQuotaDays) ?? undefined;
  if (limit === 0 || mayAny(user, Permission.MANAGE_USERS)) {
    return { days: undefined, limit: undefined, used: 0, remaining: undefined, restricted: false };
  }
  const since = days === undefined ? 0 : now.getTime() - days * DAY;
  const counted = state.requests.filter(
    (request) =>
      request.requestedBy === user.id &&
      request.type === mediaType &&
      request.status !== RequestStatus.DECLINED &&
      Date.parse(request.createdAt) >= since,
  );
  const used = counted.reduce((sum, request) => sum + (mediaType === 'movie' ? 1 : request.seasons.length), 0);
  return { days, limit, used, remaining: Math.max(0, limit - used), restricted: used >= limit };
}

/** JSON leaves out what is undefined. */
export const quotasJson = (state: State, user: UserRow, now: Date): Json => ({
  movie: quotaOf(state, user, { mediaType: 'movie', now }),
  tv: quotaOf(state, user, { mediaType: 'tv', now }),
});

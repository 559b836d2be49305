import type { MediaType, UserRow } from './state';

/** Bits of `user.permissions`. */
export const Permission = {
  ADMIN: 2,
  MANAGE_USERS: 8,
  MANAGE_REQUESTS: 16,
  REQUEST: 32,
  AUTO_APPROVE: 128,
  AUTO_APPROVE_MOVIE: 256,
  AUTO_APPROVE_TV: 512,
  REQUEST_4K: 1024,
  REQUEST_4K_MOVIE: 2048,
  REQUEST_4K_TV: 4096,
  REQUEST_VIEW: 16384,
  AUTO_APPROVE_4K: 32768,
  AUTO_APPROVE_4K_MOVIE: 65536,
  AUTO_APPROVE_4K_TV: 131072,
  REQUEST_MOVIE: 262144,
  REQUEST_TV: 524288,
} as const;

type Who = Pick<UserRow, 'permissions'>;
type Wish = { mediaType: MediaType; is4k: boolean };

const holds = (user: Who, bit: number): boolean => (user.permissions & bit) !== 0;

/** ADMIN passes every check. */
export function mayAny(user: Who, ...bits: number[]): boolean {
  return holds(user, Permission.ADMIN) || bits.some((bit) => holds(user, bit));
}

export function mayAll(user: Who, ...bits: number[]): boolean {
  return holds(user, Permission.ADMIN) || bits.every((bit) => holds(user, bit));
}

export function mayRequest(user: Who, { mediaType, is4k }: Wish): boolean {
  if (is4k) {
    const kind = mediaType === 'movie' ? Permission.REQUEST_4K_MOVIE : Permission.REQUEST_4K_TV;
    return mayAny(user, Permission.REQUEST_4K, kind);
  }
  return mayAny(user, Permission.REQUEST, mediaType === 'movie' ? Permission.REQUEST_MOVIE : Permission.REQUEST_TV);
}

export function isAutoApproved(user: Who, { mediaType, is4k }: Wish): boolean {
  if (is4k) {
    const kind = mediaType === 'movie' ? Permission.AUTO_APPROVE_4K_MOVIE : Permission.AUTO_APPROVE_4K_TV;
    return mayAny(user, Permission.MANAGE_REQUESTS, Permission.AUTO_APPROVE_4K, kind);
  }
  const kind = mediaType === 'movie' ? Permission.AUTO_APPROVE_MOVIE : Permission.AUTO_APPROVE_TV;
  return mayAny(user, Permission.MANAGE_REQUESTS, Permission.AUTO_APPROVE, kind);
}

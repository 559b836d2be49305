import { Forbidden, MediaNestError, RateLimited, Unauthenticated } from '../mechanisms/errors';

/** How HTTP tells that an operation was not run. */
export interface Refusal {
  status: number;
  headers?: Record<string, string>;
}

/** Undefined: nobody refused it, something failed. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Unauthenticated) return { status: 401, headers: { 'www-authenticate': 'Bearer' } };
  if (error instanceof Forbidden) return { status: 403 };
  if (error instanceof RateLimited) {
    const seconds = Math.ceil((error.retryAfter.getTime() - Date.now()) / 1_000);
    return { status: 429, headers: { 'retry-after': `${Math.max(1, seconds)}` } };
  }
  return error instanceof MediaNestError && !error.report ? { status: 400 } : undefined;
}

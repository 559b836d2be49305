import { MediaNestError } from '../../mechanisms/errors';
import type { UpstreamFailure } from '../../mechanisms/http';
import type { DeferralCause } from './media-request/events';

/** What a failed call upstream means for the handover. Anything that is no such failure is a bug and thrown on. */
export function failureOf(error: unknown): { cause: DeferralCause; detail: string; retryAfterMs?: number } {
  if (!(error instanceof MediaNestError) || error.code !== 'UPSTREAM_UNAVAILABLE') throw error;
  const { failure, message, retryAfterMs } = error as UpstreamFailure;
  const cause = failure === 'WRONG_SHAPE' ? 'UPSTREAM_5XX' : failure === 'OVERLOADED' ? 'RATE_LIMITED' : failure;
  return { cause, detail: message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

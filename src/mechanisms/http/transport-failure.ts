import { BrokenCircuitError, BulkheadRejectedError, TaskCancelledError } from 'cockatiel';
import { AnswerTooLong } from './exchange';
import type { HttpCall } from './call';
import { UpstreamFailure } from './upstream-failure';
import type { FailureKind } from './upstream-failure';

interface Attempt {
  upstream: string;
  call: HttpCall;
  /** Whether a byte of the request may have left. */
  sent: boolean;
}

/** What an exchange without an answer amounts to. */
export function failureOfTransport(error: unknown, { upstream, call, sent }: Attempt): UpstreamFailure {
  const [failure, what] = kindOf(error);
  return new UpstreamFailure(`${upstream}: ${call.method} ${call.path} ${what}`, {
    upstream,
    failure,
    certainty: sent ? 'UNKNOWN' : 'NOT_SENT',
  });
}

/** Whether the call ended before it came to the network. */
export function wasNotTried(error: unknown): boolean {
  const reasons = [BulkheadRejectedError, BrokenCircuitError, TaskCancelledError];
  return reasons.some((reason) => error instanceof reason);
}

export function kindOf(error: unknown): [FailureKind, string] {
  if (error instanceof BulkheadRejectedError) return ['OVERLOADED', 'was not sent: too many calls are waiting'];
  if (error instanceof BrokenCircuitError) return ['UNREACHABLE', 'was not sent: the last calls all failed'];
  if (error instanceof AnswerTooLong) return ['WRONG_SHAPE', 'answered more than we read'];
  const { name, code } = error as Error & { code?: unknown };
  if (name === 'TimeoutError') return ['TIMEOUT', 'had no whole answer in time'];
  const reason = typeof code === 'string' ? code : name;
  const notHttp = name === 'HTTPParserError' || reason === 'UND_ERR_HEADERS_OVERFLOW';
  return notHttp ? ['WRONG_SHAPE', `answered no HTTP (${reason})`] : ['UNREACHABLE', `failed (${reason})`];
}

import { MediaNestError } from '../errors';

export type FailureKind =
  'UNREACHABLE' | 'TIMEOUT' | 'RATE_LIMITED' | 'UPSTREAM_5XX' | 'UNAUTHORIZED' | 'WRONG_SHAPE' | 'OVERLOADED';

/** NOT_SENT: no byte of the request left, so nothing can have happened. UNKNOWN: it may have been done. */
export type Certainty = 'NOT_SENT' | 'UNKNOWN';

export interface FailureFacts {
  /** The name the HTTP client was made with. */
  upstream: string;
  failure: FailureKind;
  certainty: Certainty;
  /** The HTTP status, when there was an answer. */
  status?: number;
  retryAfterMs?: number;
}

/** An upstream gave no answer that can be used. Its message is safe to show: no secret, no long body. */
export class UpstreamFailure extends MediaNestError {
  readonly code = 'UPSTREAM_UNAVAILABLE';
  override readonly retryable = true;
  override readonly retryAfter?: Date;
  readonly upstream: string;
  readonly failure: FailureKind;
  readonly certainty: Certainty;
  readonly status?: number;
  readonly retryAfterMs?: number;

  /** No `cause` is kept: errors of the HTTP parser carry the raw answer, and with it whatever the upstream echoed. */
  constructor(message: string, facts: FailureFacts) {
    super(message);
    this.upstream = facts.upstream;
    this.failure = facts.failure;
    this.certainty = facts.certainty;
    this.status = facts.status;
    this.retryAfterMs = facts.retryAfterMs;
    if (facts.retryAfterMs !== undefined) this.retryAfter = new Date(Date.now() + facts.retryAfterMs);
  }
}

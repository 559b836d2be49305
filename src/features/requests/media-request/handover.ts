import type { AdoptionReason } from './events';
import type { Handover, MediaRequest } from './media-request';

/** What the worker has to do about a handover now (DOMAIN.md 7). */
export type NextStep =
  | { kind: 'END' }
  /** Not before then: a running lease, a settle delay, or a back-off. */
  | { kind: 'WAIT'; until: Date }
  /** The lease of the running attempt is over: its worker is lost. */
  | { kind: 'LOST'; attemptNo: number }
  | { kind: 'ATTEMPT'; attemptNo: number };

/** End of the time in which an attempt of unknown outcome may still appear upstream. */
export function settledAt(startedAt: string, settleDelayMs: number): Date {
  return new Date(new Date(startedAt).getTime() + settleDelayMs);
}

export interface Circumstances {
  now: Date;
  settleDelayMs: number;
  /** The connection came back: no back-off any more, but what may still appear there is waited for all the same. */
  early?: boolean;
}

function notBefore({ uncertain, attempt, retryAt }: Handover, { settleDelayMs, early }: Circumstances): Date {
  const settled = uncertain && attempt ? settledAt(attempt.startedAt, settleDelayMs).getTime() : 0;
  return new Date(Math.max(settled, retryAt && !early ? Date.parse(retryAt) : 0));
}

/** Jobs only wake: that it is too early is decided here, so that two wake-ups of one handover never make two attempts. */
export function nextStep({ decision, handover }: MediaRequest, circumstances: Circumstances): NextStep {
  const { now } = circumstances;
  if (decision.state !== 'APPROVED') return { kind: 'END' };
  const attempt = handover.attempt;
  if (handover.state === 'ATTEMPTING' && attempt) {
    const leaseUntil = new Date(attempt.leaseUntil);
    return leaseUntil > now ? { kind: 'WAIT', until: leaseUntil } : { kind: 'LOST', attemptNo: handover.attempts };
  }
  if (handover.state !== 'QUEUED' && handover.state !== 'UNCERTAIN') return { kind: 'END' };
  const until = notBefore(handover, circumstances);
  return until > now ? { kind: 'WAIT', until } : { kind: 'ATTEMPT', attemptNo: handover.attempts + 1 };
}

/** Of a request upstream, what the match needs. */
export interface UpstreamCandidate {
  id: number;
  status: 'PENDING' | 'APPROVED' | 'DECLINED' | 'FAILED' | 'COMPLETED' | 'UNKNOWN';
  is4k: boolean;
  /** ISO 8601 UTC, second precision there. */
  createdAt: string;
  requestedByUserId: number | null;
}

/** How far the upstream's clock may be from ours. */
const CLOCK_SKEW_MS = 60_000;

/**
 * The request upstream that is this one's, if any: the user's own first, else the oldest. One that was completed before our
 * first attempt belongs to an earlier round of the title.
 */
export function findUpstream<Candidate extends UpstreamCandidate>(
  candidates: readonly Candidate[],
  request: MediaRequest,
  { startedAt, upstreamUserRef }: { startedAt: string; upstreamUserRef?: number },
): Candidate | undefined {
  const since = Date.parse(request.handover.firstAttemptAt ?? startedAt) - CLOCK_SKEW_MS;
  const isRecent = ({ createdAt }: Candidate) => Date.parse(createdAt) >= since;
  // Made by an attempt that nobody saw end, and declined by a human before we looked: never to be made again (I12).
  const mayBeOurs = (one: Candidate) =>
    request.handover.uncertain && one.requestedByUserId === upstreamUserRef && isRecent(one);
  const alive = candidates
    .filter(({ is4k }) => is4k === (request.quality === 'UHD_4K'))
    .filter((one) => (one.status === 'DECLINED' ? mayBeOurs(one) : one.status !== 'COMPLETED' || isRecent(one)))
    .sort((a, b) => a.id - b.id);
  return alive.find(({ requestedByUserId }) => requestedByUserId === upstreamUserRef) ?? alive[0];
}

/** Why a found request is taken as ours, and whether somebody else asked for it there. */
export function adoption(
  found: UpstreamCandidate,
  request: MediaRequest,
  { upstreamUserRef, afterConflict }: { upstreamUserRef?: number; afterConflict: boolean },
): { reason: AdoptionReason; foreignRequester: boolean } {
  const foreignRequester = upstreamUserRef !== undefined && found.requestedByUserId !== upstreamUserRef;
  if (request.handover.uncertain && !foreignRequester) return { reason: 'FOUND_AFTER_UNCERTAIN', foreignRequester };
  return { reason: afterConflict ? 'CONFLICT' : 'PREEXISTING', foreignRequester };
}

const FIRST_DELAY_MS = 5_000;
const LONGEST_DELAY_MS = 15 * 60_000;

/** Back-off of deferred attempts: 5 s doubling up to 15 min, full jitter (`chance` in [0, 1)), never below one second. */
export function backOffMs(attemptNo: number, chance: number): number {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attemptNo - 1));
  return Math.max(1_000, Math.round(ceiling * chance));
}

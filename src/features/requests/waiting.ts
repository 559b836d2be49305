import { settledAt } from './media-request/handover';
import type { Handover } from './media-request/media-request';

export type WaitingOn = 'CONNECTION' | 'BACKOFF' | 'SETTLE' | 'TURN';

export interface Waiting {
  /** Null: it does not wait. */
  on: WaitingOn | null;
  /** When the next attempt may begin, where a clock decides it. */
  nextAttemptAt: Date | null;
}

/** What a handover waits for; the connection comes first, for nothing else helps while it is down. */
export function waitingOf(
  handover: Handover,
  { connectionUsable, now, settleDelayMs }: { connectionUsable: boolean; now: Date; settleDelayMs: number },
): Waiting {
  if (handover.state !== 'QUEUED' && handover.state !== 'UNCERTAIN') return { on: null, nextAttemptAt: null };
  if (!connectionUsable) return { on: 'CONNECTION', nextAttemptAt: null };
  const settled = handover.uncertain && handover.attempt ? settledAt(handover.attempt.startedAt, settleDelayMs) : null;
  const retryAt = handover.retryAt ? new Date(handover.retryAt) : null;
  if (settled && settled > now)
    return { on: 'SETTLE', nextAttemptAt: retryAt && retryAt > settled ? retryAt : settled };
  if (retryAt && retryAt > now) return { on: 'BACKOFF', nextAttemptAt: retryAt };
  return { on: 'TURN', nextAttemptAt: null };
}

import { settledAt } from './media-request/handover';
import type { Handover } from './media-request/media-request';

export type WaitingOn = 'CONNECTION' | 'BACKOFF' | 'SETTLE' | 'TURN';

export interface Waiting {
  /** Null: it does not wait. */
  on: WaitingOn | null;
  /** When the next attempt may begin, where a clock decides it. */
  nextAttemptAt: Date | null;
}

export const isWaiting = ({ state }: Handover): boolean => state === 'QUEUED' || state === 'UNCERTAIN';

const NOT_WAITING: Waiting = { on: null, nextAttemptAt: null };

/** What a handover waits for; the connection comes first, for nothing else helps while it is down. */
export function waitingOf(
  handover: Handover,
  { connectionUsable, now, settleDelayMs }: { connectionUsable: boolean; now: Date; settleDelayMs: number },
): Waiting {
  if (!isWaiting(handover)) return NOT_WAITING;
  if (!connectionUsable) return { on: 'CONNECTION', nextAttemptAt: null };
  const settled = handover.uncertain && handover.attempt ? settledAt(handover.attempt.startedAt, settleDelayMs) : now;
  const retryAt = handover.retryAt ? new Date(handover.retryAt) : now;
  const nextAttemptAt = retryAt > settled ? retryAt : settled;
  if (settled > now) return { on: 'SETTLE', nextAttemptAt };
  return retryAt > now ? { on: 'BACKOFF', nextAttemptAt } : { on: 'TURN', nextAttemptAt: null };
}

import type { MediaRequestEvent } from './events';
import type { MediaRequest } from './media-request';

/** What one look upstream saw of a request's title, in the quality of the request. */
export interface UpstreamLook {
  /** Start of the look; an answer older than the newest recorded one is dropped. ISO 8601 UTC. */
  observedAt: string;
  media: 'UNKNOWN' | 'PENDING' | 'PROCESSING' | 'PARTIALLY_AVAILABLE' | 'AVAILABLE' | 'BLOCKLISTED' | 'DELETED';
  plexUrl: string | null;
  /** Requests there of the same quality, whoever made them. */
  requests: { id: number; status: 'PENDING' | 'APPROVED' | 'DECLINED' | 'FAILED' | 'COMPLETED' | 'UNKNOWN' }[];
}

/** Facts that the look adds: only what changed (I8: fulfilment never regresses here). */
export function observe(look: UpstreamLook, request: MediaRequest): MediaRequestEvent[] {
  const { observedAt, handover } = request;
  if (observedAt && look.observedAt < observedAt) return [];
  // Begun before the newest attempt: it tells of the round before.
  if (handover.attempt && look.observedAt < handover.attempt.startedAt) return [];
  const seen = { requestId: request.requestId, source: 'POLL', observedAt: look.observedAt } as const;
  return [...duplicates(look, request, seen), ...progress(look, request, seen)];
}

type Seen = { requestId: string; source: 'POLL'; observedAt: string };

/** Requests that are alive there: what is declined or done does not count against "at most one". */
function duplicates(look: UpstreamLook, request: MediaRequest, seen: Seen): MediaRequestEvent[] {
  const active = look.requests
    .filter(({ status }) => status !== 'DECLINED' && status !== 'COMPLETED')
    .map(({ id }) => id);
  const now = active.length > 1 ? active.sort((a, b) => a - b) : [];
  const before = request.duplicateUpstreamIds;
  if (now.join() === before.join()) return [];
  return now.length > 0
    ? [{ type: 'DuplicateUpstreamDetected', data: { ...seen, upstreamRequestIds: now } }]
    : [{ type: 'DuplicateUpstreamResolved', data: seen }];
}

function progress(look: UpstreamLook, request: MediaRequest, seen: Seen): MediaRequestEvent[] {
  const { fulfilment, decision, upstream } = request;
  if (fulfilment.state === 'AVAILABLE' || fulfilment.state === 'REMOVED' || decision.state === 'DECLINED') return [];
  if (look.media === 'AVAILABLE') {
    return [{ type: 'MediaBecameAvailable', data: { ...seen, ...(look.plexUrl ? { plexUrl: look.plexUrl } : {}) } }];
  }
  const ours = look.requests.find(({ id }) => id === upstream?.requestId);
  return ours ? ofOurs(ours.status, fulfilment.state, seen) : [];
}

/** What the state of our own request there tells. */
function ofOurs(
  status: UpstreamLook['requests'][number]['status'],
  fulfilment: MediaRequest['fulfilment']['state'],
  seen: Seen,
): MediaRequestEvent[] {
  if (status === 'DECLINED') return [{ type: 'UpstreamDecisionObserved', data: { ...seen, decision: 'DECLINED' } }];
  if (status === 'FAILED' && fulfilment === 'PROCESSING') {
    const detail = 'The download client refused it.';
    return [{ type: 'FulfilmentFailed', data: { ...seen, stage: 'DOWNLOAD_CLIENT', detail, retryable: true } }];
  }
  if (status === 'APPROVED' && fulfilment === 'FAILED') return [{ type: 'MediaProcessingObserved', data: seen }];
  return [];
}

import type { Recorded } from '../../../mechanisms/event-store';
import type { HandoverDeferred, MediaRequestEvent, MediaRequestSubmitted } from './events';
import type { Handover, MediaRequest, TitleRequests } from './media-request';

const NOT_HANDED_OVER: Handover = {
  state: 'NONE',
  connectionId: null,
  queuedAt: null,
  attempts: 0,
  attempt: null,
  firstAttemptAt: null,
  uncertain: false,
  certainty: null,
  retryAt: null,
  retryable: false,
  lastProblem: null,
};

function submitted({ data, metadata }: Recorded<MediaRequestSubmitted>): MediaRequest {
  return {
    requestId: data.requestId,
    mediaType: data.mediaType,
    tmdbId: data.tmdbId,
    quality: data.quality,
    title: data.title ?? null,
    year: data.year ?? null,
    posterPath: data.posterPath ?? null,
    requesterId: data.requesterId,
    followerIds: [],
    requestedAt: metadata.occurredAt,
    updatedAt: metadata.occurredAt,
    decision: { state: 'PENDING', by: null, at: null, explanation: null },
    handover: NOT_HANDED_OVER,
    fulfilment: { state: 'NONE', availableAt: null, plexUrl: null, retryable: false },
    upstream: null,
    duplicateUpstreamIds: [],
    observedAt: null,
  };
}

const MESSAGES: Record<HandoverDeferred['data']['cause'], string> = {
  UNREACHABLE: 'The request service could not be reached.',
  TIMEOUT: 'The request service did not answer in time.',
  RATE_LIMITED: 'The request service asked us to slow down.',
  UPSTREAM_5XX: 'The request service failed.',
  UNAUTHORIZED: 'The request service refused our key; an admin must renew it.',
  CIRCUIT_OPEN: 'The request service was down.',
  WORKER_LOST: 'The worker that handed it over was lost.',
};

/** Sticky: once unknown, always uncertain until linked. */
function deferred(handover: Handover, { data, metadata }: Recorded<HandoverDeferred>): Handover {
  const unknown = data.certainty === 'UNKNOWN';
  return {
    ...handover,
    state: unknown ? 'UNCERTAIN' : 'QUEUED',
    uncertain: handover.uncertain || unknown,
    certainty: data.certainty,
    retryAt: data.retryAt,
    lastProblem: { code: data.cause, message: data.detail ?? MESSAGES[data.cause], at: metadata.occurredAt },
  };
}

const linked = (request: MediaRequest, upstream: MediaRequest['upstream']): MediaRequest => ({
  ...request,
  upstream,
  handover: { ...request.handover, state: 'LINKED', uncertain: false, retryAt: null },
  fulfilment: { ...request.fulfilment, state: 'PROCESSING' },
});

type Change<Type extends MediaRequestEvent['type']> = (
  request: MediaRequest,
  event: Recorded<Extract<MediaRequestEvent, { type: Type }>>,
) => MediaRequest;

/** What each fact does to its request (the transition table of DOMAIN.md 3). A fact without a line does not compile. */
const changes: { [Type in Exclude<MediaRequestEvent['type'], 'MediaRequestSubmitted'>]: Change<Type> } = {
  RequestJoined: (request, { data }) => ({ ...request, followerIds: [...request.followerIds, data.followerId] }),
  RequestLeft: (request, { data }) => ({
    ...request,
    followerIds: request.followerIds.filter((id) => id !== data.followerId),
  }),
  MediaRequestAutoApproved: (request, { data, metadata }) => ({
    ...request,
    decision: { state: 'APPROVED', by: metadata.actor, at: metadata.occurredAt, explanation: data.explanation },
  }),
  HandoverQueued: (request, { data, metadata }) => ({
    ...request,
    handover: {
      ...request.handover,
      state: 'QUEUED',
      connectionId: data.connectionId,
      queuedAt: metadata.occurredAt,
      retryAt: null,
    },
  }),
  HandoverAttempted: (request, { data }) => ({
    ...request,
    handover: {
      ...request.handover,
      state: 'ATTEMPTING',
      attempts: data.attemptNo,
      attempt: {
        startedAt: data.startedAt,
        leaseUntil: data.leaseUntil,
        upstreamUserRef: data.upstreamUserRef ?? null,
      },
      firstAttemptAt: request.handover.firstAttemptAt ?? data.startedAt,
      retryAt: null,
    },
  }),
  UpstreamRequestCreated: (request, { data }) => linked(request, { requestId: data.upstreamRequestId, adopted: null }),
  UpstreamRequestAdopted: (request, { data }) =>
    linked(request, { requestId: data.upstreamRequestId, adopted: data.reason }),
  HandoverDeferred: (request, event) => ({ ...request, handover: deferred(request.handover, event) }),
  HandoverRejected: (request, { data, metadata }) => ({
    ...request,
    handover: {
      ...request.handover,
      state: 'REJECTED',
      retryable: data.code !== 'NO_SUCH_TITLE' && data.code !== 'INVALID',
      lastProblem: { code: data.code, message: data.detail, at: metadata.occurredAt },
    },
  }),
  MediaRequestRetried: (request) => ({ ...request, fulfilment: { ...request.fulfilment, state: 'NONE' } }),
  UpstreamDecisionObserved: (request, { metadata }) => ({
    ...request,
    decision: { state: 'DECLINED', by: metadata.actor, at: metadata.occurredAt, explanation: null },
  }),
  MediaProcessingObserved: (request) => ({ ...request, fulfilment: { ...request.fulfilment, state: 'PROCESSING' } }),
  // Whoever put it there: nothing is left to hand over.
  MediaBecameAvailable: (request, { data, metadata }) => ({
    ...request,
    handover: { ...request.handover, state: request.handover.state === 'LINKED' ? 'LINKED' : 'NONE', retryAt: null },
    fulfilment: {
      state: 'AVAILABLE',
      availableAt: metadata.occurredAt,
      plexUrl: data.plexUrl ?? null,
      retryable: false,
    },
  }),
  FulfilmentFailed: (request, { data }) => ({
    ...request,
    fulfilment: { ...request.fulfilment, state: 'FAILED', retryable: data.retryable },
  }),
  DuplicateUpstreamDetected: (request, { data }) => ({ ...request, duplicateUpstreamIds: data.upstreamRequestIds }),
  DuplicateUpstreamResolved: (request) => ({ ...request, duplicateUpstreamIds: [] }),
};

/** The request after one more of its facts. */
export function evolveRequest(request: MediaRequest, event: Recorded<MediaRequestEvent>): MediaRequest {
  if (event.type === 'MediaRequestSubmitted') return submitted(event);
  const change = changes[event.type] as Change<typeof event.type>;
  const changed = change(request, event as never);
  const observedAt = 'observedAt' in event.data ? event.data.observedAt : changed.observedAt;
  return { ...changed, updatedAt: event.metadata.occurredAt, observedAt };
}

/** The stream after one more fact. */
export function evolve(title: TitleRequests, event: Recorded<MediaRequestEvent>): TitleRequests {
  if (event.type === 'MediaRequestSubmitted') return { requests: [...title.requests, submitted(event)] };
  return {
    requests: title.requests.map((request) =>
      request.requestId === event.data.requestId ? evolveRequest(request, event) : request,
    ),
  };
}

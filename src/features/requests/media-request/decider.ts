import type { Actor, Decided, Decider } from '../../../mechanisms/event-store';
import type {
  AdoptionReason,
  Certainty,
  DeferralCause,
  Explanation,
  HandoverAttempted,
  MediaRequestEvent,
  RejectionCode,
} from './events';
import { evolve } from './evolution';
import type { MediaRequest, TitleKey, TitleRequests } from './media-request';
import { isParticipant, openRequest, requestById, statusOf } from './media-request';
import type { UpstreamLook } from './observation';
import { observe } from './observation';
import { AlreadyAvailable, refusals } from './refusals';

export interface RequestMedia extends TitleKey {
  type: 'RequestMedia';
  requestId: string;
  requesterId: string;
  title: { title?: string; year?: number; posterPath?: string };
  /** What was last seen in the library, a fact of others: recorded, never waited for. Null: nobody knows. */
  availability: { available: boolean; observedAt: string; plexUrl: string | null } | null;
  approval: { policyId: string; policyVersion: number; ruleId: string; inputsDigest: string; explanation: Explanation };
  connectionId: string;
}
export interface LeaveRequest {
  type: 'LeaveRequest';
  requestId: string;
  accountId: string;
}
export interface RetryRequest {
  type: 'RetryRequest';
  requestId: string;
  accountId: string;
  mayDecide: boolean;
}
export interface BeginHandoverAttempt {
  type: 'BeginHandoverAttempt';
  requestId: string;
  attempt: Omit<HandoverAttempted['data'], 'requestId'>;
}
export type HandoverResult =
  | { kind: 'CREATED'; upstreamRequestId: number; upstreamMediaId?: number; upstreamStatus: string }
  | { kind: 'ADOPTED'; upstreamRequestId: number; reason: AdoptionReason; foreignRequester: boolean }
  | { kind: 'DEFERRED'; cause: DeferralCause; certainty: Certainty; retryAt: string; detail?: string }
  | { kind: 'REJECTED'; code: RejectionCode; detail: string }
  | { kind: 'AVAILABLE'; observedAt: string; plexUrl: string | null };
/** How an attempt ended. An attempt that is not the running one has ended already: nothing is recorded. */
export interface RecordHandover {
  type: 'RecordHandover';
  requestId: string;
  attemptNo: number;
  result: HandoverResult;
}
export interface ObserveUpstream {
  type: 'ObserveUpstream';
  requestId: string;
  look: UpstreamLook;
}
export type MediaRequestCommand =
  RequestMedia | LeaveRequest | RetryRequest | BeginHandoverAttempt | RecordHandover | ObserveUpstream;

const policy = (id: string): Actor => ({ kind: 'POLICY', id });

function requestMedia(command: RequestMedia, title: TitleRequests): Decided<MediaRequestEvent>[] {
  const { requestId, requesterId, mediaType, tmdbId, quality, connectionId } = command;
  const open = openRequest(title);
  if (open) {
    if (isParticipant(open, requesterId)) return [];
    const data = { requestId: open.requestId, followerId: requesterId, wants: { quality }, via: 'DUPLICATE' } as const;
    return [{ type: 'RequestJoined', data }];
  }
  refuseWhenAvailable(command, title);
  return [
    {
      type: 'MediaRequestSubmitted',
      data: { requestId, requesterId, mediaType, tmdbId, quality, ...command.title, origin: 'MANUAL' },
    },
    {
      type: 'MediaRequestAutoApproved',
      data: { requestId, ...command.approval },
      actor: policy(command.approval.ruleId),
    },
    { type: 'HandoverQueued', data: { requestId, connectionId, authority: 'MEDIANEST' }, actor: policy('hand-over') },
  ];
}

/** Our own last word counts until somebody has looked at the library after it. */
function refuseWhenAvailable({ availability }: RequestMedia, title: TitleRequests): void {
  if (availability?.available) throw new AlreadyAvailable(availability.plexUrl);
  const last = title.requests.at(-1)?.fulfilment;
  const outdated = availability && last?.availableAt && availability.observedAt > last.availableAt;
  if (last?.state === 'AVAILABLE' && !outdated) throw new AlreadyAvailable(last.plexUrl);
}

function leave({ accountId }: LeaveRequest, request: MediaRequest): Decided<MediaRequestEvent>[] {
  if (request.requesterId === accountId) throw refusals.requesterCannotLeave();
  if (!request.followerIds.includes(accountId)) throw refusals.notOnRequest();
  return [{ type: 'RequestLeft', data: { requestId: request.requestId, followerId: accountId } }];
}

function retry(command: RetryRequest, request: MediaRequest, title: TitleRequests): Decided<MediaRequestEvent>[] {
  const { accountId, mayDecide } = command;
  const { requestId, handover } = request;
  if (!mayDecide && request.requesterId !== accountId) throw refusals.notYoursToRetry();
  if (statusOf(request) !== 'FAILED') throw refusals.notFailed(statusOf(request));
  if (!mayDecide && !(handover.state === 'REJECTED' ? handover.retryable : request.fulfilment.retryable))
    throw refusals.notRetryable();
  const other = openRequest(title);
  if (other && other.requestId !== requestId) throw refusals.anotherIsOpen();
  return [
    { type: 'MediaRequestRetried', data: { requestId, by: accountId } },
    { type: 'HandoverQueued', data: { requestId, connectionId: handover.connectionId ?? '', authority: 'MEDIANEST' } },
  ];
}

function begin(
  { attempt }: BeginHandoverAttempt,
  { requestId, decision, handover }: MediaRequest,
): Decided<MediaRequestEvent>[] {
  const ready = handover.state === 'QUEUED' || handover.state === 'UNCERTAIN';
  if (decision.state !== 'APPROVED' || !ready || attempt.attemptNo !== handover.attempts + 1) {
    throw refusals.notWaitingFor(requestId, attempt.attemptNo);
  }
  return [{ type: 'HandoverAttempted', data: { requestId, ...attempt } }];
}

function recordHandover(command: RecordHandover, request: MediaRequest): Decided<MediaRequestEvent>[] {
  const { attemptNo, result } = command;
  const { requestId, handover } = request;
  if (handover.state !== 'ATTEMPTING' || handover.attempts !== attemptNo) return [];
  if (result.kind === 'AVAILABLE') {
    const { observedAt, plexUrl } = result;
    const seen = { requestId, source: 'POLL', observedAt } as const;
    return [{ type: 'MediaBecameAvailable', data: { ...seen, ...(plexUrl ? { plexUrl } : {}) } }];
  }
  const { kind, ...facts } = result;
  const data = { requestId, attemptNo, ...facts };
  const type = (
    {
      CREATED: 'UpstreamRequestCreated',
      ADOPTED: 'UpstreamRequestAdopted',
      DEFERRED: 'HandoverDeferred',
      REJECTED: 'HandoverRejected',
    } as const
  )[kind];
  return [{ type, data } as MediaRequestEvent];
}

function decide(command: MediaRequestCommand, title: TitleRequests): Decided<MediaRequestEvent>[] {
  if (command.type === 'RequestMedia') return requestMedia(command, title);
  const request = requestById(title, command.requestId);
  if (!request) throw refusals.noSuchRequest();
  switch (command.type) {
    case 'LeaveRequest':
      return leave(command, request);
    case 'RetryRequest':
      return retry(command, request, title);
    case 'BeginHandoverAttempt':
      return begin(command, request);
    case 'RecordHandover':
      return recordHandover(command, request);
    case 'ObserveUpstream':
      // Also when the look was begun before a retry: what it saw is of the handover before.
      return request.handover.state === 'LINKED' ? observe(command.look, request) : [];
  }
}

export const mediaRequestDecider: Decider<TitleRequests, MediaRequestCommand, MediaRequestEvent> = {
  initialState: { requests: [] },
  decide,
  evolve,
};

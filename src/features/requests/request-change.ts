import type { Actor, Recorded } from '../../mechanisms/event-store';
import type { AdoptionReason, Certainty, MediaRequestEvent } from './media-request/events';
import type { HandoverState, MediaRequest, RequestStatus } from './media-request/media-request';
import { statusOf } from './media-request/media-request';

/** What one fact changed, as subscribers of `requestUpdated` hear it: the status is the one then. */
export interface RequestChange {
  requestId: string;
  type: MediaRequestEvent['type'];
  status: RequestStatus;
  at: string;
  actor: Actor;
}

export function changeOf({ type, metadata }: Recorded<MediaRequestEvent>, state: MediaRequest): RequestChange {
  return { requestId: state.requestId, type, status: statusOf(state), at: metadata.occurredAt, actor: metadata.actor };
}

/** One step of a handover, as subscribers of `handoverUpdated` hear it. */
export interface HandoverChange {
  requestId: string;
  state: HandoverState;
  attempts: number;
  at: string;
  certainty: Certainty | null;
  adopted: AdoptionReason | null;
}

const HANDOVER_STEPS: readonly MediaRequestEvent['type'][] = [
  'HandoverQueued',
  'HandoverAttempted',
  'HandoverDeferred',
  'UpstreamRequestCreated',
  'UpstreamRequestAdopted',
  'HandoverRejected',
];

/** Null where the fact is no step of the handover. */
export function handoverChangeOf(event: Recorded<MediaRequestEvent>, state: MediaRequest): HandoverChange | null {
  const endedByArrival = event.type === 'MediaBecameAvailable' && state.handover.state === 'NONE';
  if (!HANDOVER_STEPS.includes(event.type) && !endedByArrival) return null;
  return {
    requestId: state.requestId,
    state: state.handover.state,
    attempts: state.handover.attempts,
    at: event.metadata.occurredAt,
    certainty: event.type === 'HandoverDeferred' ? event.data.certainty : null,
    adopted: event.type === 'UpstreamRequestAdopted' ? event.data.reason : null,
  };
}

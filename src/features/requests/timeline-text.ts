import type { AdoptionReason, DeferralCause, MediaRequestEvent } from './media-request/events';

const WHY_DEFERRED: Record<DeferralCause, string> = {
  UNREACHABLE: 'the request service could not be reached',
  TIMEOUT: 'the request service did not answer in time',
  RATE_LIMITED: 'the request service asked to slow down',
  UPSTREAM_5XX: 'the request service failed',
  UNAUTHORIZED: 'the request service refused our key',
  CIRCUIT_OPEN: 'the request service was down',
  WORKER_LOST: 'its worker was lost',
};

const HOW_ADOPTED: Record<AdoptionReason, string> = {
  FOUND_AFTER_UNCERTAIN: 'found there after an attempt of unknown outcome',
  CONFLICT: 'somebody had asked for it there a moment before',
  IMPORT: 'imported',
  PREEXISTING: 'it had been asked for there already',
};

type Text<Type extends MediaRequestEvent['type']> = (
  data: Extract<MediaRequestEvent, { type: Type }>['data'],
) => string;

/** One sentence a fact, without names: those stand beside it as the actor. */
const texts: { [Type in MediaRequestEvent['type']]: Text<Type> } = {
  MediaRequestSubmitted: ({ title, year }) => `Asked for ${title ?? 'this title'}${year ? ` (${year})` : ''}.`,
  RequestJoined: () => 'Joined: wants it too.',
  RequestLeft: () => 'Left the request.',
  MediaRequestAutoApproved: ({ explanation }) => `Approved by the rule "${explanation.rule}": ${explanation.text}`,
  HandoverQueued: () => 'Waits to be handed to the request service.',
  HandoverAttempted: ({ attemptNo }) => `Attempt ${attemptNo} to hand it over began.`,
  UpstreamRequestCreated: ({ upstreamRequestId }) => `Handed over: request ${upstreamRequestId} there.`,
  UpstreamRequestAdopted: ({ upstreamRequestId, reason }) =>
    `Request ${upstreamRequestId} there is taken as this one: ${HOW_ADOPTED[reason]}.`,
  HandoverDeferred: ({ attemptNo, cause, certainty }) =>
    `Attempt ${attemptNo} ended: ${WHY_DEFERRED[cause]}; ${certainty === 'UNKNOWN' ? 'it may have arrived, so we look before the next one' : 'nothing was sent'}.`,
  HandoverRejected: ({ detail }) => `Refused by the request service: ${detail}`,
  MediaRequestRetried: () => 'To be tried again.',
  UpstreamDecisionObserved: () => 'Declined in the request service.',
  MediaProcessingObserved: () => 'The request service works on it again.',
  MediaBecameAvailable: () => 'It is in the library.',
  FulfilmentFailed: ({ detail }) => `The download failed: ${detail}`,
  DuplicateUpstreamDetected: ({ upstreamRequestIds }) =>
    `The request service holds ${upstreamRequestIds.length} active requests for it: ${upstreamRequestIds.join(', ')}.`,
  DuplicateUpstreamResolved: () => 'The request service holds one request for it again.',
};

export function timelineText(event: MediaRequestEvent): string {
  return (texts[event.type] as Text<typeof event.type>)(event.data as never);
}

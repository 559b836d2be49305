/** The facts of one title in one quality: stream `mediaRequest-{movie|tv}-{tmdbId}-{standard|uhd4k}` (DOMAIN.md 3). Times are ISO 8601 UTC. */

export type MediaType = 'MOVIE' | 'TV';
export type Quality = 'STANDARD' | 'UHD_4K';

/** Why a decision fell as it did: the rule's name and text, and the facts it looked at. */
export interface Explanation {
  rule: string;
  text: string;
  inputs: { name: string; value: string }[];
}

export type DeferralCause =
  'UNREACHABLE' | 'TIMEOUT' | 'RATE_LIMITED' | 'UPSTREAM_5XX' | 'UNAUTHORIZED' | 'CIRCUIT_OPEN' | 'WORKER_LOST';
/** Whether the request may have reached the upstream all the same. */
export type Certainty = 'NOT_SENT' | 'UNKNOWN';
export type RejectionCode = 'UPSTREAM_QUOTA' | 'UPSTREAM_PERMISSION' | 'BLOCKLISTED' | 'NO_SUCH_TITLE' | 'INVALID';
export type AdoptionReason = 'FOUND_AFTER_UNCERTAIN' | 'CONFLICT' | 'IMPORT' | 'PREEXISTING';

interface OfRequest {
  requestId: string;
}
interface OfAttempt extends OfRequest {
  /** From 1, counted per request and never reset. */
  attemptNo: number;
}
/** What somebody else told us, when, and through which channel. */
interface Observation extends OfRequest {
  source: 'POLL';
  observedAt: string;
}

export type MediaRequestSubmitted = {
  type: 'MediaRequestSubmitted';
  data: OfRequest & {
    requesterId: string;
    mediaType: MediaType;
    tmdbId: number;
    quality: Quality;
    /** As known when asked; absent when nobody could tell. */
    title?: string;
    year?: number;
    posterPath?: string;
    origin: 'MANUAL';
  };
};
export type RequestJoined = {
  type: 'RequestJoined';
  data: OfRequest & { followerId: string; wants: { quality: Quality }; via: 'DUPLICATE' };
};
export type RequestLeft = { type: 'RequestLeft'; data: OfRequest & { followerId: string } };
export type MediaRequestAutoApproved = {
  type: 'MediaRequestAutoApproved';
  data: OfRequest & {
    policyId: string;
    policyVersion: number;
    ruleId: string;
    /** SHA-256 of the inputs' canonical JSON, hex; so that an explanation can be checked against what was known. */
    inputsDigest: string;
    explanation: Explanation;
  };
};
export type HandoverQueued = {
  type: 'HandoverQueued';
  data: OfRequest & { connectionId: string; authority: 'MEDIANEST' };
};
/** Written and committed before any byte goes to the upstream. */
export type HandoverAttempted = {
  type: 'HandoverAttempted';
  data: OfAttempt & {
    connectionId: string;
    /** The user that the request is made for there; absent: the service's own. */
    upstreamUserRef?: number;
    /** What will be sent, as one line, for the timeline and for support. */
    requestFingerprint: string;
    startedAt: string;
    leaseUntil: string;
  };
};
export type UpstreamRequestCreated = {
  type: 'UpstreamRequestCreated';
  data: OfAttempt & { upstreamRequestId: number; upstreamMediaId?: number; upstreamStatus: string };
};
export type UpstreamRequestAdopted = {
  type: 'UpstreamRequestAdopted';
  data: OfAttempt & { upstreamRequestId: number; reason: AdoptionReason; foreignRequester: boolean };
};
export type HandoverDeferred = {
  type: 'HandoverDeferred';
  data: OfAttempt & { cause: DeferralCause; certainty: Certainty; retryAt: string; detail?: string };
};
export type HandoverRejected = {
  type: 'HandoverRejected';
  data: OfAttempt & { code: RejectionCode; detail: string };
};
export type MediaRequestRetried = { type: 'MediaRequestRetried'; data: OfRequest & { by: string } };

export type UpstreamDecisionObserved = {
  type: 'UpstreamDecisionObserved';
  data: Observation & { decision: 'DECLINED' };
};
export type MediaProcessingObserved = { type: 'MediaProcessingObserved'; data: Observation };
export type MediaBecameAvailable = {
  type: 'MediaBecameAvailable';
  data: Observation & { plexUrl?: string };
};
export type FulfilmentFailed = {
  type: 'FulfilmentFailed';
  data: Observation & { stage: 'DOWNLOAD_CLIENT'; detail: string; retryable: boolean };
};
/** More than one active request there for this claim. Never silent, never deleted by us. */
export type DuplicateUpstreamDetected = {
  type: 'DuplicateUpstreamDetected';
  data: Observation & { upstreamRequestIds: number[] };
};
export type DuplicateUpstreamResolved = { type: 'DuplicateUpstreamResolved'; data: Observation };

export type MediaRequestEvent =
  | MediaRequestSubmitted
  | RequestJoined
  | RequestLeft
  | MediaRequestAutoApproved
  | HandoverQueued
  | HandoverAttempted
  | UpstreamRequestCreated
  | UpstreamRequestAdopted
  | HandoverDeferred
  | HandoverRejected
  | MediaRequestRetried
  | UpstreamDecisionObserved
  | MediaProcessingObserved
  | MediaBecameAvailable
  | FulfilmentFailed
  | DuplicateUpstreamDetected
  | DuplicateUpstreamResolved;

import type { Actor } from '../../../mechanisms/event-store';
import type { AdoptionReason, Certainty, Explanation, MediaType, Quality } from './events';

export type DecisionState = 'PENDING' | 'APPROVED' | 'DECLINED' | 'CANCELLED';
export type HandoverState = 'NONE' | 'QUEUED' | 'ATTEMPTING' | 'UNCERTAIN' | 'LINKED' | 'REJECTED';
export type FulfilmentState = 'NONE' | 'PROCESSING' | 'PARTIAL' | 'AVAILABLE' | 'FAILED' | 'REMOVED';

/** One request: three independent axes and who wants it. JSON, for the read model keeps it as it is. Times are ISO 8601 UTC. */
export interface MediaRequest {
  requestId: string;
  mediaType: MediaType;
  tmdbId: number;
  quality: Quality;
  title: string | null;
  year: number | null;
  posterPath: string | null;
  requesterId: string;
  followerIds: string[];
  requestedAt: string;
  updatedAt: string;
  decision: { state: DecisionState; by: Actor | null; at: string | null; explanation: Explanation | null };
  handover: Handover;
  fulfilment: { state: FulfilmentState; availableAt: string | null; plexUrl: string | null; retryable: boolean };
  upstream: { requestId: number; adopted: AdoptionReason | null } | null;
  /** Active requests found upstream for this claim, when there is more than one. */
  duplicateUpstreamIds: number[];
  /** Start of the newest look upstream that changed anything; an older one is dropped. */
  observedAt: string | null;
}

export interface Handover {
  state: HandoverState;
  connectionId: string | null;
  queuedAt: string | null;
  attempts: number;
  /** The newest attempt. */
  attempt: { startedAt: string; leaseUntil: string; upstreamUserRef: number | null } | null;
  firstAttemptAt: string | null;
  /** Sticky: some attempt ended UNKNOWN, so the upstream may hold a request of ours that we have not seen. */
  uncertain: boolean;
  /** Of the newest deferral. */
  certainty: Certainty | null;
  retryAt: string | null;
  /** Whether a rejection can be cured by an admin or by time. */
  retryable: boolean;
  lastProblem: { code: string; message: string; at: string } | null;
}

/** The whole stream: every request for one title in one quality, oldest first. */
export interface TitleRequests {
  requests: MediaRequest[];
}

export type RequestStatus =
  | 'PENDING_APPROVAL'
  | 'APPROVED'
  | 'PROCESSING'
  | 'PARTIALLY_AVAILABLE'
  | 'AVAILABLE'
  | 'FAILED'
  | 'DECLINED'
  | 'CANCELLED'
  | 'REMOVED';

/** The public status: the first that holds (DOMAIN.md 3). */
export function statusOf({ decision, handover, fulfilment }: MediaRequest): RequestStatus {
  if (decision.state === 'DECLINED' || decision.state === 'CANCELLED') return decision.state;
  if (fulfilment.state === 'REMOVED' || fulfilment.state === 'AVAILABLE') return fulfilment.state;
  if (fulfilment.state === 'PARTIAL') return 'PARTIALLY_AVAILABLE';
  if (handover.state === 'REJECTED' || fulfilment.state === 'FAILED') return 'FAILED';
  if (handover.state === 'LINKED') return 'PROCESSING';
  return decision.state === 'APPROVED' ? 'APPROVED' : 'PENDING_APPROVAL';
}

export type RequestStage = 'REQUESTED' | 'APPROVED' | 'SENT' | 'SEARCHING' | 'DOWNLOADING' | 'IMPORTING' | 'IN_PLEX';

/** How far it got, for people. Never invented: SENT until the upstream proves more. */
export function stageOf({ decision, handover, fulfilment }: MediaRequest): RequestStage {
  if (fulfilment.state === 'AVAILABLE') return 'IN_PLEX';
  if (handover.state === 'LINKED') return 'SENT';
  return decision.state === 'APPROVED' ? 'APPROVED' : 'REQUESTED';
}

/** Whether the request still holds the claim on its title (I1): ended by a refusal, a final rejection, or by being there. */
export function isOpen(request: MediaRequest): boolean {
  const status = statusOf(request);
  if (status === 'FAILED') return request.handover.state !== 'REJECTED' || request.handover.retryable;
  return (
    status === 'PENDING_APPROVAL' ||
    status === 'APPROVED' ||
    status === 'PROCESSING' ||
    status === 'PARTIALLY_AVAILABLE'
  );
}

export function isParticipant(request: MediaRequest, accountId: string): boolean {
  return request.requesterId === accountId || request.followerIds.includes(accountId);
}

export function openRequest(title: TitleRequests): MediaRequest | undefined {
  return title.requests.find(isOpen);
}

export function requestById(title: TitleRequests, requestId: string): MediaRequest | undefined {
  return title.requests.find((request) => request.requestId === requestId);
}

export interface TitleKey {
  mediaType: MediaType;
  tmdbId: number;
  quality: Quality;
}

/** The title of a stream, whatever the quality: what may be written upstream one at a time. */
export function titleOfStream(streamId: string): string {
  return streamId.replace(/-(standard|uhd4k)$/, '');
}

export function streamOf({ mediaType, tmdbId, quality }: TitleKey): string {
  return `mediaRequest-${mediaType.toLowerCase()}-${tmdbId}-${quality === 'UHD_4K' ? 'uhd4k' : 'standard'}`;
}

/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Who or what acted. */
export type ActorKind =
  /** A gadget or a bot with a token of its own. */
  | 'API_TOKEN'
  /** Somebody at the command line. */
  | 'OPERATOR_CLI'
  /** A rule or a process of this server. */
  | 'POLICY'
  /** A connected service. */
  | 'UPSTREAM'
  /** An account. */
  | 'USER';

/** Why a request that was found there is taken as ours. */
export type Adoption =
  /** It was made there a moment before. */
  | 'CONFLICT'
  /** An attempt of unknown outcome had arrived. */
  | 'FOUND_AFTER_UNCERTAIN'
  /** It was imported. */
  | 'IMPORT'
  /** It had been made there before. */
  | 'PREEXISTING';

/** Whether a title is in the library. */
export type AvailabilityState =
  /** There. */
  | 'AVAILABLE'
  /** Not there, and not asked for at the request service. */
  | 'NOT_AVAILABLE'
  /** Some seasons are there. */
  | 'PARTIALLY_AVAILABLE'
  /** Asked for at the request service, not approved there. */
  | 'PENDING'
  /** On its way. */
  | 'PROCESSING'
  /** Nobody could tell yet. */
  | 'UNKNOWN';

/** Whether an attempt that failed may have arrived all the same. */
export type Certainty =
  /** Nothing was sent. */
  | 'NOT_SENT'
  /** It may have arrived. */
  | 'UNKNOWN';

/** What is at the other end. */
export type ConnectionKind =
  /** The request service: Overseerr, Jellyseerr or Seerr. */
  | 'OVERSEERR'
  /** The media server. */
  | 'PLEX'
  /** The status monitor. */
  | 'UPTIME_KUMA';

/** How a connection was when it was last looked at. */
export type ConnectionState =
  /** It is not set up, or was not looked at yet. */
  | 'ABSENT'
  /** It answers, but not as it should. */
  | 'DEGRADED'
  /** It does not answer; what needs it waits. */
  | 'DOWN'
  /** Another machine answers there; nothing is written until an admin accepts it. */
  | 'SUSPENDED'
  /** It refuses our key: an admin must renew it. */
  | 'UNAUTHORIZED'
  /** It answers. */
  | 'UP';

/** How it was decided. */
export type DecisionState =
  /** For it. */
  | 'APPROVED'
  /** Taken back. */
  | 'CANCELLED'
  /** Against it. */
  | 'DECLINED'
  /** Not yet. */
  | 'PENDING';

/** What a simulated service does. */
export type Fault =
  /** It does what a write says, then drops the connection without an answer. */
  | 'COMMIT_THEN_DROP'
  /** It refuses connections. */
  | 'DOWN'
  /** It answers every call with an error. */
  | 'ERROR_500'
  /** It works. */
  | 'NONE'
  /** It waits before each answer. */
  | 'SLOW'
  /** It answers something else than it should. */
  | 'WRONG_SHAPE';

/** How far the title is on its way into the library. */
export type FulfilmentState =
  /** There. */
  | 'AVAILABLE'
  /** The download failed. */
  | 'FAILED'
  /** Nothing yet. */
  | 'NONE'
  /** Some seasons are there. */
  | 'PARTIAL'
  /** On its way. */
  | 'PROCESSING'
  /** It was there and was deleted. */
  | 'REMOVED';

/** How far the handing over to the request service is. */
export type HandoverState =
  /** An attempt runs. */
  | 'ATTEMPTING'
  /** The request service has it, exactly once. */
  | 'LINKED'
  /** Nothing is to be handed over. */
  | 'NONE'
  /** It waits; see `waitingOn`. */
  | 'QUEUED'
  /** The request service refused it. */
  | 'REJECTED'
  /** An attempt ended without an answer; before the next one we look whether it arrived. */
  | 'UNCERTAIN';

/** Which items come first. */
export type ItemOrder =
  /** What was added last. */
  | 'ADDED_DESC'
  /** By title, as Plex sorts it (without The). */
  | 'TITLE_ASC'
  /** What was released last. */
  | 'YEAR_DESC';

/** What a library holds. */
export type LibraryType =
  /** Films. */
  | 'MOVIE'
  /** Music; its items are not shown here. */
  | 'MUSIC'
  /** Photos and the like; its items are not shown here. */
  | 'OTHER'
  /** Series. */
  | 'SHOW';

/** A film or a series. */
export type MediaType =
  /** A film. */
  | 'MOVIE'
  /** A series. */
  | 'TV';

/** How far a projection of the log is. */
export type ProjectionState =
  /** It is behind and reads on. */
  | 'CATCHING_UP'
  /** It follows the log. */
  | 'LIVE'
  /** Its rows are of an older version and stand still until those of this one are made; see `rebuild`. */
  | 'REBUILDING'
  /** It met an event that it cannot take; see `error`. */
  | 'STOPPED';

/** Each quality of a title is asked for on its own. */
export type Quality =
  /** Up to 1080p. */
  | 'STANDARD'
  /** 2160p. */
  | 'UHD_4K';

/** Which requests. */
export type RequestFilter = {
  /** True: only what you asked for or joined. */
  mine?: boolean | null | undefined;
  /** True: only what waits for a decision. */
  needsDecision?: boolean | null | undefined;
  /** In one of these states. */
  status?: Array<RequestStatus> | null | undefined;
  /** Only films, or only series. */
  type?: MediaType | null | undefined;
};

/** What is asked for. */
export type RequestMediaInput = {
  /** In which quality. */
  quality?: Quality;
  /** Of a series: which seasons. Series come later. */
  seasons?: Array<number> | null | undefined;
  /** The title. */
  title: TitleInput;
};

/** The order of a list of requests. */
export type RequestOrder =
  /** The oldest comes first. */
  | 'REQUESTED_ASC'
  /** The newest comes first. */
  | 'REQUESTED_DESC'
  /** What changed last comes first. */
  | 'UPDATED_DESC';

/** What came of asking for a title. */
export type RequestOutcome =
  /** It is in the library. */
  | 'ALREADY_AVAILABLE'
  /** You were on this request already. */
  | 'ALREADY_REQUESTED'
  /** A new request. */
  | 'CREATED'
  /** Somebody had asked before; you are on that request now. */
  | 'JOINED';

/** How far it got, for people; never ahead of what is proved. */
export type RequestStage =
  /** Approved. */
  | 'APPROVED'
  /** Being downloaded. */
  | 'DOWNLOADING'
  /** Being put into the library. */
  | 'IMPORTING'
  /** In the library. */
  | 'IN_PLEX'
  /** Asked for. */
  | 'REQUESTED'
  /** Being looked for. */
  | 'SEARCHING'
  /** Handed over. */
  | 'SENT';

/** How a request stands. */
export type RequestStatus =
  /** Accepted and on its way to the request service; `handover` says why it waits. */
  | 'APPROVED'
  /** In the library. */
  | 'AVAILABLE'
  /** Taken back. */
  | 'CANCELLED'
  /** Somebody decided against it. */
  | 'DECLINED'
  /** Refused by the request service, or its download failed. */
  | 'FAILED'
  /** Some seasons are there. */
  | 'PARTIALLY_AVAILABLE'
  /** Waits for a decision. */
  | 'PENDING_APPROVAL'
  /** The request service has it. */
  | 'PROCESSING'
  /** It was there and was deleted later. */
  | 'REMOVED';

/** What an account is here. */
export type Role =
  /** Runs this server. */
  | 'ADMIN'
  /** Decides about the requests of others. */
  | 'DECIDER'
  /** Asks for titles. */
  | 'FRIEND';

/** What a token may allow. */
export type Scope =
  /** Change how this server and its connections work. */
  | 'ADMIN'
  /** Search titles and see the library. */
  | 'LIBRARY_READ'
  /** Request titles, join requests and leave them. */
  | 'REQUESTS_CREATE'
  /** Request titles in the name of another account. */
  | 'REQUESTS_CREATE_ON_BEHALF_OF'
  /** Approve, decline, cancel and retry the requests of others. */
  | 'REQUESTS_DECIDE'
  /** See requests and follow them. */
  | 'REQUESTS_READ'
  /** See the status of services and of this server. */
  | 'STATUS_READ';

/** How a service is. */
export type ServiceStatus =
  /** It answers, but not as it should. */
  | 'DEGRADED'
  /** It does not. */
  | 'DOWN'
  /** Somebody works on it, as announced. */
  | 'MAINTENANCE'
  /** Its monitor is switched off. */
  | 'PAUSED'
  /** A check failed, and more of them will tell; or it was just switched on. */
  | 'PENDING'
  /** Nobody can say: it was never checked, or the monitor is out of sight. */
  | 'UNKNOWN'
  /** It answers. */
  | 'UP';

/** How much a notice matters. */
export type Severity =
  /** Somebody has to act. */
  | 'CRITICAL'
  /** Good to know. */
  | 'INFO'
  /** Something does not work as usual; nothing is lost. */
  | 'WARNING';

/** A title at themoviedb.org. */
export type TitleInput = {
  /** Its id there, from 1. */
  tmdbId: number;
  /** A film or a series. */
  type: MediaType;
};

/** What a handover waits for. */
export type WaitingOn =
  /** The time until the next attempt. */
  | 'BACKOFF'
  /** The request service is down. */
  | 'CONNECTION'
  /** Until an attempt of unknown outcome must have shown itself. */
  | 'SETTLE'
  /** Its turn. */
  | 'TURN';

export type MeQueryVariables = Exact<{ [key: string]: never; }>;


export type MeQuery = { me: { id: string, name: string, role: Role, notices: Array<{ severity: Severity, title: string }> } | null };

export type SignInMutationVariables = Exact<{
  code: string;
}>;


export type SignInMutation = { signIn: { session: { accessToken: string, expiresAt: string, account: { id: string, name: string, role: Role } } | null, problems: Array<
      | { code: string, message: string }
      | { code: string, message: string }
      | { code: string, message: string }
      | { code: string, message: string }
      | { code: string, message: string }
      | { code: string, message: string }
      | { code: string, message: string }
    > } };

export type EventsQueryVariables = Exact<{
  after?: string | null | undefined;
  types?: Array<string> | string | null | undefined;
  first?: number;
}>;


export type EventsQuery = { events: { nodes: Array<{ id: string, position: string, type: string, streamId: string, streamVersion: number, occurredAt: string, recordedAt: string, correlationId: string, data: Record<string, unknown> | null, actor: { kind: ActorKind, name: string | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ServerInfoQueryVariables = Exact<{ [key: string]: never; }>;


export type ServerInfoQuery = { serverInfo: { version: string, demo: boolean, position: string | null, degradedFeatures: Array<string> | null, connections: Array<{ id: string, kind: ConnectionKind, simulated: boolean, flavour: string | null, version: string | null, state: ConnectionState, since: string, problem:
        | { code: string, message: string }
        | { code: string, message: string }
        | { code: string, message: string }
        | { code: string, message: string }
        | { code: string, message: string }
        | { code: string, message: string }
        | { code: string, message: string }
       | null }> | null, projections: Array<{ name: string, version: number, position: string, lagMs: number | null, state: ProjectionState, error: string | null, parkedStreams: Array<{ streamId: string, position: string, error: string }>, rebuild: { position: string, share: number, error: string | null } | null }> | null } };

export type AcceptUpstreamIdentityMutationVariables = Exact<{
  connectionId: string;
  idempotencyKey?: string | null | undefined;
}>;


export type AcceptUpstreamIdentityMutation = { acceptUpstreamIdentity: { position: string | null, connection: { id: string, state: ConnectionState, problem:
        | { code: string, message: string }
        | { code: string, message: string }
        | { code: string, message: string }
        | { code: string, message: string }
        | { code: string, message: string }
        | { code: string, message: string }
        | { code: string, message: string }
       | null } | null, problems: Array<
      | { __typename: 'AlreadyAvailable', code: string, message: string, retryable: boolean, retryAfter: string | null }
      | { __typename: 'Conflict', code: string, message: string, retryable: boolean, retryAfter: string | null }
      | { __typename: 'ConnectionProblem', code: string, message: string, retryable: boolean, retryAfter: string | null }
      | { __typename: 'Forbidden', code: string, message: string, retryable: boolean, retryAfter: string | null }
      | { __typename: 'IdempotencyKeyReused', code: string, message: string, retryable: boolean, retryAfter: string | null }
      | { __typename: 'InvalidInput', code: string, message: string, retryable: boolean, retryAfter: string | null }
      | { __typename: 'NotFound', code: string, message: string, retryable: boolean, retryAfter: string | null }
    > } };

export type DemoSetFaultMutationVariables = Exact<{
  kind: ConnectionKind;
  fault: Fault;
  delayMs?: number | null | undefined;
}>;


export type DemoSetFaultMutation = { demoSetFault: { id: string, state: ConnectionState, problem:
      | { code: string, message: string }
      | { code: string, message: string }
      | { code: string, message: string }
      | { code: string, message: string }
      | { code: string, message: string }
      | { code: string, message: string }
      | { code: string, message: string }
     | null } };

export type DemoSignInMutationVariables = Exact<{
  name: string;
}>;


export type DemoSignInMutation = { demoSignIn: { session: { accessToken: string, expiresAt: string, account: { id: string, name: string, role: Role } } | null, problems: Array<
      | { code: string, message: string }
      | { code: string, message: string }
      | { code: string, message: string }
      | { code: string, message: string }
      | { code: string, message: string }
      | { code: string, message: string }
      | { code: string, message: string }
    > } };

export type DemoUpstreamCallsQueryVariables = Exact<{
  kind: ConnectionKind;
  first?: number;
}>;


export type DemoUpstreamCallsQuery = { demoUpstreamCalls: Array<{ at: string, method: string, path: string, status: number }> };

export type DemoSetMonitorMutationVariables = Exact<{
  name: string;
  status: ServiceStatus;
}>;


export type DemoSetMonitorMutation = { demoSetMonitor: { id: string, name: string, status: ServiceStatus, since: string | null } };

export type SearchQueryVariables = Exact<{
  query: string;
  type?: MediaType | null | undefined;
  first?: number;
  after?: string | null | undefined;
}>;


export type SearchQuery = { search: { nodes: Array<{ key: string, type: MediaType, tmdbId: number, title: string | null, year: number | null, posterUrl: string | null, availability: Array<{ quality: Quality, state: AvailabilityState, plexUrl: string | null }>, request: { id: string, status: RequestStatus } | null, myRequest: { id: string, status: RequestStatus } | null, canRequest: { allowed: boolean, reason: string | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, freshness: { source: string, stale: boolean, observedAt: string | null } } };

export type TitleQueryVariables = Exact<{
  type: MediaType;
  tmdbId: number;
}>;


export type TitleQuery = { title: { key: string, title: string | null, year: number | null, overview: string | null, availability: Array<{ quality: Quality, state: AvailabilityState }>, request: { id: string, status: RequestStatus } | null, canRequest: { allowed: boolean, reason: string | null } } | null };

export type LibrariesQueryVariables = Exact<{ [key: string]: never; }>;


export type LibrariesQuery = { libraries: Array<{ id: string, title: string, type: LibraryType, itemCount: number, freshness: { source: string, stale: boolean, observedAt: string | null } }> };

export type LibraryQueryVariables = Exact<{
  id: string;
  search?: string | null | undefined;
  orderBy?: ItemOrder;
  first?: number;
  after?: string | null | undefined;
}>;


export type LibraryQuery = { library: { id: string, title: string, items: { totalCount: number | null, nodes: Array<{ id: string, title: string, year: number | null, type: MediaType, tmdbId: number | null, durationSec: number | null, addedAt: string | null, posterUrl: string | null, collections: Array<{ id: string, title: string }>, seasons: Array<{ id: string, number: number, title: string, episodeCount: number }>, request: { id: string, status: RequestStatus } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null }, freshness: { source: string, stale: boolean, observedAt: string | null } } } | null };

export type CollectionsQueryVariables = Exact<{
  id: string;
  first?: number;
  after?: string | null | undefined;
}>;


export type CollectionsQuery = { library: { id: string, title: string, collections: { nodes: Array<{ id: string, title: string, itemCount: number, posterUrl: string | null, items: { nodes: Array<{ id: string, title: string, year: number | null }> } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type RequestFieldsFragment = { id: string, type: MediaType, tmdbId: number, title: string | null, year: number | null, quality: Quality, status: RequestStatus, stage: RequestStage, requestedAt: string, updatedAt: string, requester: { id: string, name: string } | null, followers: Array<{ id: string, name: string }> | null, decision: { state: DecisionState, by: { kind: ActorKind, name: string | null } | null, explanation: { rule: string, text: string, inputs: Array<{ name: string, value: string }> } | null }, handover: { state: HandoverState, waitingOn: WaitingOn | null, queuePosition: number | null, attempts: number, nextAttemptAt: string | null, lastProblem: { code: string, message: string, at: string } | null }, fulfilment: { state: FulfilmentState, availableAt: string | null, plexUrl: string | null }, upstream: { requestId: number, url: string | null, adopted: Adoption | null } | null };

export type RequestMediaMutationVariables = Exact<{
  input: RequestMediaInput;
  key?: string | null | undefined;
}>;


export type RequestMediaMutation = { requestMedia: { outcome: RequestOutcome | null, position: string | null, request: { id: string, type: MediaType, tmdbId: number, title: string | null, year: number | null, quality: Quality, status: RequestStatus, stage: RequestStage, requestedAt: string, updatedAt: string, requester: { id: string, name: string } | null, followers: Array<{ id: string, name: string }> | null, decision: { state: DecisionState, by: { kind: ActorKind, name: string | null } | null, explanation: { rule: string, text: string, inputs: Array<{ name: string, value: string }> } | null }, handover: { state: HandoverState, waitingOn: WaitingOn | null, queuePosition: number | null, attempts: number, nextAttemptAt: string | null, lastProblem: { code: string, message: string, at: string } | null }, fulfilment: { state: FulfilmentState, availableAt: string | null, plexUrl: string | null }, upstream: { requestId: number, url: string | null, adopted: Adoption | null } | null } | null, notices: Array<{ severity: Severity, title: string }>, problems: Array<
      | { __typename: 'AlreadyAvailable', plexUrl: string | null, code: string, message: string, retryable: boolean, retryAfter: string | null }
      | { __typename: 'Conflict', code: string, message: string, retryable: boolean, retryAfter: string | null }
      | { __typename: 'ConnectionProblem', code: string, message: string, retryable: boolean, retryAfter: string | null }
      | { __typename: 'Forbidden', code: string, message: string, retryable: boolean, retryAfter: string | null }
      | { __typename: 'IdempotencyKeyReused', code: string, message: string, retryable: boolean, retryAfter: string | null }
      | { __typename: 'InvalidInput', path: Array<string>, code: string, message: string, retryable: boolean, retryAfter: string | null }
      | { __typename: 'NotFound', code: string, message: string, retryable: boolean, retryAfter: string | null }
    > } };

export type LeaveRequestMutationVariables = Exact<{
  id: string;
  key?: string | null | undefined;
}>;


export type LeaveRequestMutation = { leaveRequest: { position: string | null, request: { id: string, type: MediaType, tmdbId: number, title: string | null, year: number | null, quality: Quality, status: RequestStatus, stage: RequestStage, requestedAt: string, updatedAt: string, requester: { id: string, name: string } | null, followers: Array<{ id: string, name: string }> | null, decision: { state: DecisionState, by: { kind: ActorKind, name: string | null } | null, explanation: { rule: string, text: string, inputs: Array<{ name: string, value: string }> } | null }, handover: { state: HandoverState, waitingOn: WaitingOn | null, queuePosition: number | null, attempts: number, nextAttemptAt: string | null, lastProblem: { code: string, message: string, at: string } | null }, fulfilment: { state: FulfilmentState, availableAt: string | null, plexUrl: string | null }, upstream: { requestId: number, url: string | null, adopted: Adoption | null } | null } | null, problems: Array<
      | { __typename: 'AlreadyAvailable', code: string, message: string }
      | { __typename: 'Conflict', code: string, message: string }
      | { __typename: 'ConnectionProblem', code: string, message: string }
      | { __typename: 'Forbidden', code: string, message: string }
      | { __typename: 'IdempotencyKeyReused', code: string, message: string }
      | { __typename: 'InvalidInput', code: string, message: string }
      | { __typename: 'NotFound', code: string, message: string }
    > } };

export type RetryRequestMutationVariables = Exact<{
  id: string;
  key?: string | null | undefined;
}>;


export type RetryRequestMutation = { retryRequest: { position: string | null, request: { id: string, type: MediaType, tmdbId: number, title: string | null, year: number | null, quality: Quality, status: RequestStatus, stage: RequestStage, requestedAt: string, updatedAt: string, requester: { id: string, name: string } | null, followers: Array<{ id: string, name: string }> | null, decision: { state: DecisionState, by: { kind: ActorKind, name: string | null } | null, explanation: { rule: string, text: string, inputs: Array<{ name: string, value: string }> } | null }, handover: { state: HandoverState, waitingOn: WaitingOn | null, queuePosition: number | null, attempts: number, nextAttemptAt: string | null, lastProblem: { code: string, message: string, at: string } | null }, fulfilment: { state: FulfilmentState, availableAt: string | null, plexUrl: string | null }, upstream: { requestId: number, url: string | null, adopted: Adoption | null } | null } | null, problems: Array<
      | { __typename: 'AlreadyAvailable', code: string, message: string }
      | { __typename: 'Conflict', code: string, message: string }
      | { __typename: 'ConnectionProblem', code: string, message: string }
      | { __typename: 'Forbidden', missing: Array<Scope>, code: string, message: string }
      | { __typename: 'IdempotencyKeyReused', code: string, message: string }
      | { __typename: 'InvalidInput', code: string, message: string }
      | { __typename: 'NotFound', code: string, message: string }
    > } };

export type RequestsQueryVariables = Exact<{
  filter?: RequestFilter | null | undefined;
  orderBy?: RequestOrder;
  first?: number;
  after?: string | null | undefined;
  atLeast?: string | null | undefined;
}>;


export type RequestsQuery = { requests: { nodes: Array<{ id: string, type: MediaType, tmdbId: number, title: string | null, year: number | null, quality: Quality, status: RequestStatus, stage: RequestStage, requestedAt: string, updatedAt: string, requester: { id: string, name: string } | null, followers: Array<{ id: string, name: string }> | null, decision: { state: DecisionState, by: { kind: ActorKind, name: string | null } | null, explanation: { rule: string, text: string, inputs: Array<{ name: string, value: string }> } | null }, handover: { state: HandoverState, waitingOn: WaitingOn | null, queuePosition: number | null, attempts: number, nextAttemptAt: string | null, lastProblem: { code: string, message: string, at: string } | null }, fulfilment: { state: FulfilmentState, availableAt: string | null, plexUrl: string | null }, upstream: { requestId: number, url: string | null, adopted: Adoption | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type RequestQueryVariables = Exact<{
  id: string;
  atLeast?: string | null | undefined;
}>;


export type RequestQuery = { request: { id: string, type: MediaType, tmdbId: number, title: string | null, year: number | null, quality: Quality, status: RequestStatus, stage: RequestStage, requestedAt: string, updatedAt: string, timeline: { nodes: Array<{ at: string, type: string, text: string, position: string, actor: { kind: ActorKind, name: string | null } | null }> }, requester: { id: string, name: string } | null, followers: Array<{ id: string, name: string }> | null, decision: { state: DecisionState, by: { kind: ActorKind, name: string | null } | null, explanation: { rule: string, text: string, inputs: Array<{ name: string, value: string }> } | null }, handover: { state: HandoverState, waitingOn: WaitingOn | null, queuePosition: number | null, attempts: number, nextAttemptAt: string | null, lastProblem: { code: string, message: string, at: string } | null }, fulfilment: { state: FulfilmentState, availableAt: string | null, plexUrl: string | null }, upstream: { requestId: number, url: string | null, adopted: Adoption | null } | null } | null };

export type UpstreamDuplicatesQueryVariables = Exact<{ [key: string]: never; }>;


export type UpstreamDuplicatesQuery = { upstreamDuplicates: { count: number } };

export type RequestUpdatedSubscriptionVariables = Exact<{
  id?: string | null | undefined;
  mine?: boolean;
  after?: string | null | undefined;
}>;


export type RequestUpdatedSubscription = { requestUpdated: { position: string, change: { type: string, status: RequestStatus, at: string, actor: { kind: ActorKind, name: string | null } | null }, request: { id: string, title: string | null, status: RequestStatus, stage: RequestStage } } };

export type HandoverUpdatedSubscriptionVariables = Exact<{
  requestId: string;
  after?: string | null | undefined;
}>;


export type HandoverUpdatedSubscription = { handoverUpdated: { position: string, state: HandoverState, attempts: number, at: string, certainty: Certainty | null, adopted: Adoption | null } };

export type NodeQueryVariables = Exact<{
  id: string;
  atLeast?: string | null | undefined;
}>;


export type NodeQuery = { node:
    | { __typename: 'Account', name: string, id: string }
    | { __typename: 'Collection', id: string }
    | { __typename: 'Library', id: string }
    | { __typename: 'MediaItem', id: string }
    | { __typename: 'MediaRequest', status: RequestStatus, id: string }
    | { __typename: 'Season', id: string }
    | { __typename: 'Service', id: string }
   | null };

export type NodesQueryVariables = Exact<{
  ids: Array<string> | string;
  atLeast?: string | null | undefined;
}>;


export type NodesQuery = { nodes: Array<
    | { __typename: 'Account', id: string }
    | { __typename: 'Collection', id: string }
    | { __typename: 'Library', id: string }
    | { __typename: 'MediaItem', id: string }
    | { __typename: 'MediaRequest', id: string }
    | { __typename: 'Season', id: string }
    | { __typename: 'Service', id: string }
   | null> };

export type RequestStatsQueryVariables = Exact<{
  atLeast?: string | null | undefined;
}>;


export type RequestStatsQuery = { requestStats: { total: number, byStatus: Array<{ status: RequestStatus, count: number }> } };

export type RequestAsOfQueryVariables = Exact<{
  id: string;
  at: string;
}>;


export type RequestAsOfQuery = { requestAsOf: { id: string, status: RequestStatus, stage: RequestStage, updatedAt: string, timeline: { totalCount: number | null, nodes: Array<{ at: string, type: string, text: string }> } } | null };

export type DashboardQueryVariables = Exact<{
  requests?: number;
  atLeast?: string | null | undefined;
}>;


export type DashboardQuery = { requestStats: { byStatus: Array<{ status: RequestStatus, count: number }> }, services: { summary: { up: number, down: number, unknown: number } }, requests: { nodes: Array<{ id: string, title: string | null, year: number | null, posterUrl: string | null, status: RequestStatus, requester: { id: string, name: string } | null }> } };

export type ServicesQueryVariables = Exact<{
  first?: number;
  after?: string | null | undefined;
  atLeast?: string | null | undefined;
}>;


export type ServicesQuery = { services: { summary: { up: number, down: number, unknown: number, other: number }, nodes: Array<{ id: string, name: string, group: string | null, status: ServiceStatus, since: string | null, message: string | null, responseTimeMs: number | null, freshness: { observedAt: string | null, source: string, stale: boolean }, uptime: { ratio: number | null, checks: number, avgPingMs: number | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ServiceStatusChangedSubscriptionVariables = Exact<{
  id?: string | null | undefined;
  after?: string | null | undefined;
}>;


export type ServiceStatusChangedSubscription = { serviceStatusChanged: { position: string, service: { id: string, name: string, status: ServiceStatus, since: string | null }, change: { from: ServiceStatus, to: ServiceStatus, at: string } } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const RequestFieldsFragmentDoc = new TypedDocumentString(`
    fragment RequestFields on MediaRequest {
  id
  type
  tmdbId
  title
  year
  quality
  status
  stage
  requestedAt
  updatedAt
  requester {
    id
    name
  }
  followers {
    id
    name
  }
  decision {
    state
    by {
      kind
      name
    }
    explanation {
      rule
      text
      inputs {
        name
        value
      }
    }
  }
  handover {
    state
    waitingOn
    queuePosition
    attempts
    nextAttemptAt
    lastProblem {
      code
      message
      at
    }
  }
  fulfilment {
    state
    availableAt
    plexUrl
  }
  upstream {
    requestId
    url
    adopted
  }
}
    `, {"fragmentName":"RequestFields"}) as unknown as TypedDocumentString<RequestFieldsFragment, unknown>;
export const MeDocument = new TypedDocumentString(`
    query Me {
  me {
    id
    name
    role
    notices {
      severity
      title
    }
  }
}
    `) as unknown as TypedDocumentString<MeQuery, MeQueryVariables>;
export const SignInDocument = new TypedDocumentString(`
    mutation SignIn($code: String!) {
  signIn(code: $code) {
    session {
      accessToken
      expiresAt
      account {
        id
        name
        role
      }
    }
    problems {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<SignInMutation, SignInMutationVariables>;
export const EventsDocument = new TypedDocumentString(`
    query Events($after: Position, $types: [String!], $first: Int! = 50) {
  events(after: $after, types: $types, first: $first) {
    nodes {
      id
      position
      type
      streamId
      streamVersion
      occurredAt
      recordedAt
      actor {
        kind
        name
      }
      correlationId
      data
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<EventsQuery, EventsQueryVariables>;
export const ServerInfoDocument = new TypedDocumentString(`
    query ServerInfo {
  serverInfo {
    version
    demo
    position
    degradedFeatures
    connections {
      id
      kind
      simulated
      flavour
      version
      state
      since
      problem {
        code
        message
      }
    }
    projections {
      name
      version
      position
      lagMs
      state
      error
      parkedStreams {
        streamId
        position
        error
      }
      rebuild {
        position
        share
        error
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ServerInfoQuery, ServerInfoQueryVariables>;
export const AcceptUpstreamIdentityDocument = new TypedDocumentString(`
    mutation AcceptUpstreamIdentity($connectionId: ID!, $idempotencyKey: String) {
  acceptUpstreamIdentity(
    connectionId: $connectionId
    idempotencyKey: $idempotencyKey
  ) {
    connection {
      id
      state
      problem {
        code
        message
      }
    }
    position
    problems {
      __typename
      code
      message
      retryable
      retryAfter
    }
  }
}
    `) as unknown as TypedDocumentString<AcceptUpstreamIdentityMutation, AcceptUpstreamIdentityMutationVariables>;
export const DemoSetFaultDocument = new TypedDocumentString(`
    mutation DemoSetFault($kind: ConnectionKind!, $fault: Fault!, $delayMs: Int) {
  demoSetFault(kind: $kind, fault: $fault, delayMs: $delayMs) {
    id
    state
    problem {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<DemoSetFaultMutation, DemoSetFaultMutationVariables>;
export const DemoSignInDocument = new TypedDocumentString(`
    mutation DemoSignIn($name: String!) {
  demoSignIn(name: $name) {
    session {
      accessToken
      expiresAt
      account {
        id
        name
        role
      }
    }
    problems {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<DemoSignInMutation, DemoSignInMutationVariables>;
export const DemoUpstreamCallsDocument = new TypedDocumentString(`
    query DemoUpstreamCalls($kind: ConnectionKind!, $first: Int! = 50) {
  demoUpstreamCalls(kind: $kind, first: $first) {
    at
    method
    path
    status
  }
}
    `) as unknown as TypedDocumentString<DemoUpstreamCallsQuery, DemoUpstreamCallsQueryVariables>;
export const DemoSetMonitorDocument = new TypedDocumentString(`
    mutation DemoSetMonitor($name: String!, $status: ServiceStatus!) {
  demoSetMonitor(name: $name, status: $status) {
    id
    name
    status
    since
  }
}
    `) as unknown as TypedDocumentString<DemoSetMonitorMutation, DemoSetMonitorMutationVariables>;
export const SearchDocument = new TypedDocumentString(`
    query Search($query: String!, $type: MediaType, $first: Int! = 10, $after: String) {
  search(query: $query, type: $type, first: $first, after: $after) {
    nodes {
      key
      type
      tmdbId
      title
      year
      posterUrl
      availability {
        quality
        state
        plexUrl
      }
      request {
        id
        status
      }
      myRequest {
        id
        status
      }
      canRequest {
        allowed
        reason
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    freshness {
      source
      stale
      observedAt
    }
  }
}
    `) as unknown as TypedDocumentString<SearchQuery, SearchQueryVariables>;
export const TitleDocument = new TypedDocumentString(`
    query Title($type: MediaType!, $tmdbId: Int!) {
  title(type: $type, tmdbId: $tmdbId) {
    key
    title
    year
    overview
    availability {
      quality
      state
    }
    request {
      id
      status
    }
    canRequest {
      allowed
      reason
    }
  }
}
    `) as unknown as TypedDocumentString<TitleQuery, TitleQueryVariables>;
export const LibrariesDocument = new TypedDocumentString(`
    query Libraries {
  libraries {
    id
    title
    type
    itemCount
    freshness {
      source
      stale
      observedAt
    }
  }
}
    `) as unknown as TypedDocumentString<LibrariesQuery, LibrariesQueryVariables>;
export const LibraryDocument = new TypedDocumentString(`
    query Library($id: ID!, $search: String, $orderBy: ItemOrder! = TITLE_ASC, $first: Int! = 20, $after: String) {
  library(id: $id) {
    id
    title
    items(search: $search, orderBy: $orderBy, first: $first, after: $after) {
      nodes {
        id
        title
        year
        type
        tmdbId
        durationSec
        addedAt
        posterUrl
        collections {
          id
          title
        }
        seasons {
          id
          number
          title
          episodeCount
        }
        request {
          id
          status
        }
      }
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      freshness {
        source
        stale
        observedAt
      }
    }
  }
}
    `) as unknown as TypedDocumentString<LibraryQuery, LibraryQueryVariables>;
export const CollectionsDocument = new TypedDocumentString(`
    query Collections($id: ID!, $first: Int! = 10, $after: String) {
  library(id: $id) {
    id
    title
    collections(first: $first, after: $after) {
      nodes {
        id
        title
        itemCount
        posterUrl
        items(first: 10) {
          nodes {
            id
            title
            year
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<CollectionsQuery, CollectionsQueryVariables>;
export const RequestMediaDocument = new TypedDocumentString(`
    mutation RequestMedia($input: RequestMediaInput!, $key: String) {
  requestMedia(input: $input, idempotencyKey: $key) {
    outcome
    request {
      ...RequestFields
    }
    position
    notices {
      severity
      title
    }
    problems {
      __typename
      code
      message
      retryable
      retryAfter
      ... on InvalidInput {
        path
      }
      ... on AlreadyAvailable {
        plexUrl
      }
    }
  }
}
    fragment RequestFields on MediaRequest {
  id
  type
  tmdbId
  title
  year
  quality
  status
  stage
  requestedAt
  updatedAt
  requester {
    id
    name
  }
  followers {
    id
    name
  }
  decision {
    state
    by {
      kind
      name
    }
    explanation {
      rule
      text
      inputs {
        name
        value
      }
    }
  }
  handover {
    state
    waitingOn
    queuePosition
    attempts
    nextAttemptAt
    lastProblem {
      code
      message
      at
    }
  }
  fulfilment {
    state
    availableAt
    plexUrl
  }
  upstream {
    requestId
    url
    adopted
  }
}`) as unknown as TypedDocumentString<RequestMediaMutation, RequestMediaMutationVariables>;
export const LeaveRequestDocument = new TypedDocumentString(`
    mutation LeaveRequest($id: ID!, $key: String) {
  leaveRequest(id: $id, idempotencyKey: $key) {
    request {
      ...RequestFields
    }
    position
    problems {
      __typename
      code
      message
    }
  }
}
    fragment RequestFields on MediaRequest {
  id
  type
  tmdbId
  title
  year
  quality
  status
  stage
  requestedAt
  updatedAt
  requester {
    id
    name
  }
  followers {
    id
    name
  }
  decision {
    state
    by {
      kind
      name
    }
    explanation {
      rule
      text
      inputs {
        name
        value
      }
    }
  }
  handover {
    state
    waitingOn
    queuePosition
    attempts
    nextAttemptAt
    lastProblem {
      code
      message
      at
    }
  }
  fulfilment {
    state
    availableAt
    plexUrl
  }
  upstream {
    requestId
    url
    adopted
  }
}`) as unknown as TypedDocumentString<LeaveRequestMutation, LeaveRequestMutationVariables>;
export const RetryRequestDocument = new TypedDocumentString(`
    mutation RetryRequest($id: ID!, $key: String) {
  retryRequest(id: $id, idempotencyKey: $key) {
    request {
      ...RequestFields
    }
    position
    problems {
      __typename
      code
      message
      ... on Forbidden {
        missing
      }
    }
  }
}
    fragment RequestFields on MediaRequest {
  id
  type
  tmdbId
  title
  year
  quality
  status
  stage
  requestedAt
  updatedAt
  requester {
    id
    name
  }
  followers {
    id
    name
  }
  decision {
    state
    by {
      kind
      name
    }
    explanation {
      rule
      text
      inputs {
        name
        value
      }
    }
  }
  handover {
    state
    waitingOn
    queuePosition
    attempts
    nextAttemptAt
    lastProblem {
      code
      message
      at
    }
  }
  fulfilment {
    state
    availableAt
    plexUrl
  }
  upstream {
    requestId
    url
    adopted
  }
}`) as unknown as TypedDocumentString<RetryRequestMutation, RetryRequestMutationVariables>;
export const RequestsDocument = new TypedDocumentString(`
    query Requests($filter: RequestFilter, $orderBy: RequestOrder! = UPDATED_DESC, $first: Int! = 20, $after: String, $atLeast: Position) {
  requests(
    filter: $filter
    orderBy: $orderBy
    first: $first
    after: $after
    atLeast: $atLeast
  ) {
    nodes {
      ...RequestFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment RequestFields on MediaRequest {
  id
  type
  tmdbId
  title
  year
  quality
  status
  stage
  requestedAt
  updatedAt
  requester {
    id
    name
  }
  followers {
    id
    name
  }
  decision {
    state
    by {
      kind
      name
    }
    explanation {
      rule
      text
      inputs {
        name
        value
      }
    }
  }
  handover {
    state
    waitingOn
    queuePosition
    attempts
    nextAttemptAt
    lastProblem {
      code
      message
      at
    }
  }
  fulfilment {
    state
    availableAt
    plexUrl
  }
  upstream {
    requestId
    url
    adopted
  }
}`) as unknown as TypedDocumentString<RequestsQuery, RequestsQueryVariables>;
export const RequestDocument = new TypedDocumentString(`
    query Request($id: ID!, $atLeast: Position) {
  request(id: $id, atLeast: $atLeast) {
    ...RequestFields
    timeline(first: 50) {
      nodes {
        at
        type
        text
        actor {
          kind
          name
        }
        position
      }
    }
  }
}
    fragment RequestFields on MediaRequest {
  id
  type
  tmdbId
  title
  year
  quality
  status
  stage
  requestedAt
  updatedAt
  requester {
    id
    name
  }
  followers {
    id
    name
  }
  decision {
    state
    by {
      kind
      name
    }
    explanation {
      rule
      text
      inputs {
        name
        value
      }
    }
  }
  handover {
    state
    waitingOn
    queuePosition
    attempts
    nextAttemptAt
    lastProblem {
      code
      message
      at
    }
  }
  fulfilment {
    state
    availableAt
    plexUrl
  }
  upstream {
    requestId
    url
    adopted
  }
}`) as unknown as TypedDocumentString<RequestQuery, RequestQueryVariables>;
export const UpstreamDuplicatesDocument = new TypedDocumentString(`
    query UpstreamDuplicates {
  upstreamDuplicates {
    count
  }
}
    `) as unknown as TypedDocumentString<UpstreamDuplicatesQuery, UpstreamDuplicatesQueryVariables>;
export const RequestUpdatedDocument = new TypedDocumentString(`
    subscription RequestUpdated($id: ID, $mine: Boolean! = false, $after: Position) {
  requestUpdated(id: $id, mine: $mine, after: $after) {
    position
    change {
      type
      status
      at
      actor {
        kind
        name
      }
    }
    request {
      id
      title
      status
      stage
    }
  }
}
    `) as unknown as TypedDocumentString<RequestUpdatedSubscription, RequestUpdatedSubscriptionVariables>;
export const HandoverUpdatedDocument = new TypedDocumentString(`
    subscription HandoverUpdated($requestId: ID!, $after: Position) {
  handoverUpdated(requestId: $requestId, after: $after) {
    position
    state
    attempts
    at
    certainty
    adopted
  }
}
    `) as unknown as TypedDocumentString<HandoverUpdatedSubscription, HandoverUpdatedSubscriptionVariables>;
export const NodeDocument = new TypedDocumentString(`
    query Node($id: ID!, $atLeast: Position) {
  node(id: $id, atLeast: $atLeast) {
    __typename
    id
    ... on MediaRequest {
      status
    }
    ... on Account {
      name
    }
  }
}
    `) as unknown as TypedDocumentString<NodeQuery, NodeQueryVariables>;
export const NodesDocument = new TypedDocumentString(`
    query Nodes($ids: [ID!]!, $atLeast: Position) {
  nodes(ids: $ids, atLeast: $atLeast) {
    __typename
    id
  }
}
    `) as unknown as TypedDocumentString<NodesQuery, NodesQueryVariables>;
export const RequestStatsDocument = new TypedDocumentString(`
    query RequestStats($atLeast: Position) {
  requestStats(atLeast: $atLeast) {
    total
    byStatus {
      status
      count
    }
  }
}
    `) as unknown as TypedDocumentString<RequestStatsQuery, RequestStatsQueryVariables>;
export const RequestAsOfDocument = new TypedDocumentString(`
    query RequestAsOf($id: ID!, $at: DateTime!) {
  requestAsOf(id: $id, at: $at) {
    id
    status
    stage
    updatedAt
    timeline {
      totalCount
      nodes {
        at
        type
        text
      }
    }
  }
}
    `) as unknown as TypedDocumentString<RequestAsOfQuery, RequestAsOfQueryVariables>;
export const DashboardDocument = new TypedDocumentString(`
    query Dashboard($requests: Int! = 5, $atLeast: Position) {
  requestStats(atLeast: $atLeast) {
    byStatus {
      status
      count
    }
  }
  services(first: 1, atLeast: $atLeast) {
    summary {
      up
      down
      unknown
    }
  }
  requests(first: $requests, orderBy: UPDATED_DESC, atLeast: $atLeast) {
    nodes {
      id
      title
      year
      posterUrl
      status
      requester {
        id
        name
      }
    }
  }
}
    `) as unknown as TypedDocumentString<DashboardQuery, DashboardQueryVariables>;
export const ServicesDocument = new TypedDocumentString(`
    query Services($first: Int! = 50, $after: String, $atLeast: Position) {
  services(first: $first, after: $after, atLeast: $atLeast) {
    summary {
      up
      down
      unknown
      other
    }
    nodes {
      id
      name
      group
      status
      since
      message
      responseTimeMs
      freshness {
        observedAt
        source
        stale
      }
      uptime(window: D30) {
        ratio
        checks
        avgPingMs
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<ServicesQuery, ServicesQueryVariables>;
export const ServiceStatusChangedDocument = new TypedDocumentString(`
    subscription ServiceStatusChanged($id: ID, $after: Position) {
  serviceStatusChanged(id: $id, after: $after) {
    position
    service {
      id
      name
      status
      since
    }
    change {
      from
      to
      at
    }
  }
}
    `) as unknown as TypedDocumentString<ServiceStatusChangedSubscription, ServiceStatusChangedSubscriptionVariables>;
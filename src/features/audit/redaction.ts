import type { AccountEvent } from '../accounts/events';
import type { ConnectionEvent } from '../connections/events';
import type { MediaRequestEvent } from '../requests/media-request/events';
import type { MonitoringEvent } from '../status/monitoring/events';
import type { ServiceEvent } from '../status/service/events';

type AnyEvent = AccountEvent | ConnectionEvent | MediaRequestEvent | MonitoringEvent | ServiceEvent;
type Names<Type extends AnyEvent['type']> = readonly (keyof Extract<AnyEvent, { type: Type }>['data'])[];

const ATTEMPT = ['requestId', 'attemptNo'] as const;
const OBSERVED = ['requestId', 'source', 'observedAt'] as const;
const SEEN = ['serviceId', 'at', 'source'] as const;

/**
 * What of each fact is shown; a new one does not compile until it stands here. What does not: who somebody is at another service, digests and
 * fingerprints, and references into the vault. Names are of the first level: what is below `explanation` or `wants` is shown as the codec reads it.
 */
const SHOWN: { [Type in AnyEvent['type']]: Names<Type> } = {
  MediaRequestSubmitted: [
    'requestId',
    'requesterId',
    'mediaType',
    'tmdbId',
    'quality',
    'title',
    'year',
    'posterPath',
    'origin',
  ],
  RequestJoined: ['requestId', 'followerId', 'wants', 'via'],
  RequestLeft: ['requestId', 'followerId'],
  MediaRequestAutoApproved: ['requestId', 'policyId', 'policyVersion', 'ruleId', 'explanation'],
  HandoverQueued: ['requestId', 'connectionId', 'authority'],
  HandoverAttempted: [...ATTEMPT, 'connectionId', 'startedAt', 'leaseUntil'],
  UpstreamRequestCreated: [...ATTEMPT, 'upstreamRequestId', 'upstreamMediaId', 'upstreamStatus'],
  UpstreamRequestAdopted: [...ATTEMPT, 'upstreamRequestId', 'reason', 'foreignRequester'],
  HandoverDeferred: [...ATTEMPT, 'cause', 'certainty', 'retryAt', 'detail'],
  HandoverRejected: [...ATTEMPT, 'code', 'detail'],
  MediaRequestRetried: ['requestId', 'by'],
  UpstreamDecisionObserved: [...OBSERVED, 'decision'],
  MediaProcessingObserved: OBSERVED,
  MediaBecameAvailable: [...OBSERVED, 'plexUrl'],
  FulfilmentFailed: [...OBSERVED, 'stage', 'detail', 'retryable'],
  DuplicateUpstreamDetected: [...OBSERVED, 'upstreamRequestIds'],
  DuplicateUpstreamResolved: OBSERVED,
  AccountSuspended: [],
  AccountReinstated: [],
  RoleChanged: ['from', 'to'],
  ConnectionEstablished: ['kind', 'instanceId', 'flavour', 'version'],
  ConnectionIdentityChanged: ['from', 'to'],
  UpstreamIdentityAccepted: ['instanceId'],
  MonitoringLost: ['connectionId', 'lastSeenAt'],
  MonitoringRestored: ['connectionId'],
  ServiceDiscovered: ['serviceId', 'connectionId', 'externalId', 'name', 'kind', 'group'],
  ServiceRenamedUpstream: ['serviceId', 'from', 'to'],
  ServiceRegroupedUpstream: ['serviceId', 'from', 'to'],
  ServiceCameUp: [...SEEN, 'message', 'downForMs'],
  ServiceWentDown: [...SEEN, 'message'],
  ServiceBecamePending: [...SEEN, 'message'],
  MaintenanceStarted: [...SEEN, 'message'],
  MaintenanceEnded: SEEN,
  ServicePaused: SEEN,
  ServiceResumed: SEEN,
  ServiceRetired: SEEN,
};

export const isKnownType = (type: string): boolean => Object.hasOwn(SHOWN, type);

/** The particulars of a fact that may be shown, in the order above. */
export function redacted({ type, data }: { type: string; data: object }): object {
  const names: readonly string[] = isKnownType(type) ? SHOWN[type as AnyEvent['type']] : [];
  const given = new Map(Object.entries(data));
  return Object.fromEntries(names.filter((name) => given.has(name)).map((name) => [name, given.get(name) as unknown]));
}

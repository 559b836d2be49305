import type { AccessMap } from '../../mechanisms/graphql';
import type { MediaRequest } from './media-request/media-request';
import { isParticipant } from './media-request/media-request';
import type { Looker } from './visibility';

export const requestsAccess: AccessMap = {
  'Query.request': 'REQUESTS_READ',
  'Query.requests': 'REQUESTS_READ',
  'Query.requestStats': 'REQUESTS_READ',
  'Query.requestAsOf': 'REQUESTS_READ',
  'Query.upstreamDuplicates': 'REQUESTS_READ',
  'Mutation.requestMedia': 'REQUESTS_CREATE',
  'Mutation.leaveRequest': 'REQUESTS_CREATE',
  'Mutation.retryRequest': 'REQUESTS_CREATE',
  'Subscription.requestUpdated': 'REQUESTS_READ',
  'Subscription.handoverUpdated': 'REQUESTS_READ',
  'Title.request': 'REQUESTS_READ',
  'MediaItem.request': 'REQUESTS_READ',
  'Title.myRequest': 'REQUESTS_READ',
  MediaRequest: 'REQUESTS_READ',
  MediaRequestEdge: 'REQUESTS_READ',
  MediaRequestConnection: 'REQUESTS_READ',
  Decision: 'REQUESTS_READ',
  Explanation: 'REQUESTS_READ',
  NameValue: 'REQUESTS_READ',
  Handover: 'REQUESTS_READ',
  HandoverProblem: 'REQUESTS_READ',
  Fulfilment: 'REQUESTS_READ',
  UpstreamRequest: 'REQUESTS_READ',
  TimelineEntry: 'REQUESTS_READ',
  TimelineEntryEdge: 'REQUESTS_READ',
  TimelineConnection: 'REQUESTS_READ',
  Actor: 'REQUESTS_READ',
  Change: 'REQUESTS_READ',
  RequestUpdate: 'REQUESTS_READ',
  HandoverUpdate: 'REQUESTS_READ',
  RequestStats: 'REQUESTS_READ',
  RequestStatusCount: 'REQUESTS_READ',
  UpstreamDuplicates: 'REQUESTS_READ',
  RequestMediaPayload: 'REQUESTS_CREATE',
  RequestPayload: 'REQUESTS_CREATE',
  Permission: 'LIBRARY_READ',
  AlreadyAvailable: 'PUBLIC',
};

/** Whether this account may ask for the title now, and if not, why. Joining somebody's request is allowed. */
export function mayRequest(facts: {
  mediaType: 'MOVIE' | 'TV';
  available: boolean;
  open: MediaRequest | undefined;
  looker: Looker;
}): { allowed: boolean; reason: string | null } {
  const { mediaType, available, open, looker } = facts;
  const reasons: [boolean, string][] = [
    [!looker.scopes.has('REQUESTS_CREATE'), 'Your token does not allow requests.'],
    [mediaType === 'TV', 'Series cannot be requested yet.'],
    [available, 'It is in the library already.'],
    [open !== undefined && isParticipant(open, looker.accountId), 'You have asked for it already.'],
  ];
  const reason = reasons.find(([holds]) => holds)?.[1] ?? null;
  return { allowed: reason === null, reason };
}

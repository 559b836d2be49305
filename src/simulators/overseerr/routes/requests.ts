import type { Call, Endpoint } from '../endpoint';
import { ok } from '../endpoint';
import { approve, endDeclined, removeRequest, setRequestStatus, startFulfilment } from '../lifecycle';
import { page, pagingRules } from '../paging';
import { mayAny, Permission } from '../permissions';
import { refusal } from '../refusals';
import type { Json } from '../representation';
import { listedRequestJson, requestJson } from '../representation';
import { passesFilter, requestCounts, requestFilterNames } from '../request-filters';
import type { RequestRow } from '../state';
import { changedLastFirst, RequestStatus } from '../state';
import { submit } from '../submission';

function wantedRequest({ state, params }: Call): RequestRow {
  const request = state.requests.find(({ id }) => id === Number(params.requestId));
  if (!request) throw refusal(404, 'Request not found.');
  return request;
}

const seesAll = ({ caller }: Call): boolean => mayAny(caller, Permission.MANAGE_REQUESTS, Permission.REQUEST_VIEW);

/** Newest first unless asked otherwise. */
function visibleRequests(call: Call): RequestRow[] {
  const { state, caller, query } = call;
  const requestedBy = query.requestedBy === undefined ? undefined : Number(query.requestedBy);
  if (!seesAll(call) && requestedBy !== undefined && requestedBy !== caller.id) {
    throw refusal(403, "You do not have permission to view this user's requests.");
  }
  const owner = seesAll(call) ? requestedBy : caller.id;
  const oldestFirst = state.requests
    .filter((request) => owner === undefined || request.requestedBy === owner)
    .filter(({ type }) => query.mediaType === undefined || query.mediaType === 'all' || type === query.mediaType)
    .filter((request) => passesFilter(call, request));
  if (query.sortDirection === 'asc') return oldestFirst;
  return query.sort === 'modified' ? changedLastFirst(oldestFirst.reverse()) : oldestFirst.reverse();
}

function list(call: Call): Json {
  // Whether Radarr or Sonarr could remove it, and there is neither.
  const forManagers = mayAny(call.caller, Permission.MANAGE_REQUESTS) ? { canRemove: false } : {};
  const paged = page(visibleRequests(call), call.query, {
    defaultTake: 10,
    json: (request) => ({ ...listedRequestJson(call.state, request), ...forManagers }),
  });
  return { ...paged, serviceErrors: { radarr: [], sonarr: [] } };
}

/** The answer shows the request after the decision and its media before the effects. */
function decide(call: Call): Json {
  const request = wantedRequest(call);
  if (call.params.status === 'approve') {
    approve(request, call.caller);
    const json = requestJson(call.state, request);
    startFulfilment(call.state, request, call.fulfilment);
    return json;
  }
  setRequestStatus(request, RequestStatus.DECLINED);
  request.modifiedBy = call.caller.id;
  const json = requestJson(call.state, request);
  endDeclined(call.state, request);
  return json;
}

export const requestEndpoints: Endpoint[] = [
  {
    method: 'POST',
    path: '/request',
    body: {
      mediaType: { type: 'string', required: true, oneOf: ['movie', 'tv'] },
      mediaId: { type: 'number', required: true },
      tvdbId: { type: 'number' },
      seasons: { type: 'seasons' },
      is4k: { type: 'boolean' },
      serverId: { type: 'number' },
      profileId: { type: 'number' },
      rootFolder: { type: 'string' },
      languageProfileId: { type: 'number' },
      userId: { type: 'number', nullable: true },
    },
    answer: (call) => ({ status: 201, body: submit(call) }),
  },
  {
    method: 'GET',
    path: '/request',
    query: {
      ...pagingRules,
      filter: { type: 'string', oneOf: requestFilterNames },
      sort: { type: 'string', oneOf: ['added', 'modified'] },
      sortDirection: { type: 'string', oneOf: ['asc', 'desc'] },
      requestedBy: { type: 'number', nullable: true },
      mediaType: { type: 'string', oneOf: ['movie', 'tv', 'all'] },
    },
    answer: (call) => ok(list(call)),
  },
  { method: 'GET', path: '/request/count', answer: ({ state }) => ok(requestCounts(state)) },
  {
    method: 'GET',
    path: '/request/:requestId',
    answer(call) {
      const request = wantedRequest(call);
      if (request.requestedBy !== call.caller.id && !seesAll(call)) {
        throw refusal(403, 'You do not have permission to view this request.');
      }
      return ok(requestJson(call.state, request));
    },
  },
  {
    method: 'DELETE',
    path: '/request/:requestId',
    answer(call) {
      const request = wantedRequest(call);
      // Anybody may delete what is still pending: a bug of the upstream, and recorded.
      const mayDelete =
        request.status === RequestStatus.PENDING ||
        request.requestedBy === call.caller.id ||
        mayAny(call.caller, Permission.MANAGE_REQUESTS);
      if (!mayDelete) throw refusal(401, 'You do not have permission to delete this request.');
      removeRequest(call.state, request);
      return { status: 204, body: undefined };
    },
  },
  {
    method: 'POST',
    path: '/request/:requestId/retry',
    needs: Permission.MANAGE_REQUESTS,
    answer(call) {
      const request = wantedRequest(call);
      setRequestStatus(request, RequestStatus.APPROVED);
      startFulfilment(call.state, request, call.fulfilment);
      return ok(requestJson(call.state, request));
    },
  },
  {
    method: 'POST',
    path: '/request/:requestId/:status',
    params: { status: { type: 'string', required: true, oneOf: ['approve', 'decline'] } },
    needs: Permission.MANAGE_REQUESTS,
    answer: (call) => ok(decide(call)),
  },
];

import type { Call } from './endpoint';
import type { RequestRow, State } from './state';
import { mediaOfRequest, MediaStatus, RequestStatus, statusKey } from './state';

interface Filter {
  request: number[];
  media?: number[];
}

const notAvailable = [
  MediaStatus.UNKNOWN,
  MediaStatus.PENDING,
  MediaStatus.PROCESSING,
  MediaStatus.PARTIALLY_AVAILABLE,
];
const DELETED = 7;

/** `filter` of GET /request. There is none for declined requests. */
const filters = {
  all: undefined,
  approved: { request: [RequestStatus.APPROVED] },
  available: { request: [RequestStatus.COMPLETED], media: [MediaStatus.AVAILABLE] },
  pending: { request: [RequestStatus.PENDING] },
  processing: { request: [RequestStatus.APPROVED], media: notAvailable },
  unavailable: { request: [RequestStatus.PENDING, RequestStatus.APPROVED], media: notAvailable },
  failed: { request: [RequestStatus.FAILED] },
  deleted: { request: [RequestStatus.COMPLETED], media: [DELETED] },
  completed: { request: [RequestStatus.COMPLETED] },
} satisfies Record<string, Filter | undefined>;

export const requestFilterNames = Object.keys(filters);

const mediaStatusOf = (state: State, request: RequestRow): number =>
  mediaOfRequest(state, request)[statusKey(request.is4k)];

const availableButNotCompleted: Filter = { request: [RequestStatus.APPROVED], media: [MediaStatus.AVAILABLE] };

export function passesFilter({ state, query, dialect }: Call, request: RequestRow): boolean {
  const name = (query.filter ?? 'all') as keyof typeof filters;
  const filter: Filter | undefined =
    name === 'available' && !dialect.completes ? availableButNotCompleted : filters[name];
  if (!filter) return true;
  return filter.request.includes(request.status) && (filter.media?.includes(mediaStatusOf(state, request)) ?? true);
}

/** GET /request/count: the numbers of everybody, whoever asks. */
export function requestCounts(state: State): Record<string, number> {
  const count = (test: (request: RequestRow) => boolean): number => state.requests.filter(test).length;
  const approvedWith = (status: number): number =>
    count((request) => request.status === RequestStatus.APPROVED && mediaStatusOf(state, request) === status);
  return {
    total: state.requests.length,
    movie: count(({ type }) => type === 'movie'),
    tv: count(({ type }) => type === 'tv'),
    pending: count(({ status }) => status === RequestStatus.PENDING),
    approved: count(({ status }) => status === RequestStatus.APPROVED),
    declined: count(({ status }) => status === RequestStatus.DECLINED),
    processing: approvedWith(MediaStatus.PROCESSING),
    available: approvedWith(MediaStatus.AVAILABLE),
    completed: count(({ status }) => status === RequestStatus.COMPLETED),
  };
}

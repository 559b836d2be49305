import type { MediaRow, RequestRow, State, UserRow } from './state';
import { mediaOfRequest, MediaStatus, nextId, RequestStatus, requestsOfMedia, statusKey, timestamp } from './state';

/** What a request does to its media, and media to its requests. All functions change the draft they are given. */

export interface Fulfilment {
  now: Date;
  /** Absent: nothing becomes available by itself. */
  availableAfterMs: number | undefined;
  /** Of the dialect. */
  completes: boolean;
}

const ASKED_AND_OPEN: number[] = [MediaStatus.UNKNOWN, MediaStatus.PENDING];

/** The rows of its seasons follow the request. */
export function setRequestStatus(request: RequestRow, status: number): void {
  request.status = status;
  for (const season of request.seasons) season.status = status;
}

/** The effects of an approval. Answers that show the approved request were made before them. */
export function startFulfilment(state: State, request: RequestRow, { now, availableAfterMs }: Fulfilment): void {
  const media = mediaOfRequest(state, request);
  const key = statusKey(request.is4k);
  if (ASKED_AND_OPEN.includes(media[key])) media[key] = MediaStatus.PROCESSING;
  if (availableAfterMs === undefined || media[key] === MediaStatus.AVAILABLE) return;
  state.due = state.due.filter(({ requestId }) => requestId !== request.id);
  state.due.push({ requestId: request.id, at: new Date(now.getTime() + availableAfterMs).toISOString() });
}

export function approve(request: RequestRow, caller: UserRow): void {
  setRequestStatus(request, RequestStatus.APPROVED);
  request.modifiedBy = caller.id;
}

/** A movie is forgotten though another request for it may be open; a series only when nothing else is pending. */
export function endDeclined(state: State, request: RequestRow): void {
  const media = mediaOfRequest(state, request);
  const key = statusKey(request.is4k);
  state.due = state.due.filter(({ requestId }) => requestId !== request.id);
  if (media.mediaType === 'movie') {
    media[key] = MediaStatus.UNKNOWN;
    return;
  }
  const isPendingElsewhere = requestsOfMedia(state, media.id).some(({ status }) => status === RequestStatus.PENDING);
  if (!isPendingElsewhere && media[key] === MediaStatus.PENDING) media[key] = MediaStatus.UNKNOWN;
}

export function removeRequest(state: State, request: RequestRow): void {
  const media = mediaOfRequest(state, request);
  const key = statusKey(request.is4k);
  state.requests = state.requests.filter(({ id }) => id !== request.id);
  state.due = state.due.filter(({ requestId }) => requestId !== request.id);
  const isHeldElsewhere = requestsOfMedia(state, media.id).some(({ is4k }) => is4k === request.is4k);
  const isThere = media[key] === MediaStatus.AVAILABLE || media[key] === MediaStatus.PARTIALLY_AVAILABLE;
  if (!isHeldElsewhere && !isThere) media[key] = MediaStatus.UNKNOWN;
}

function markSeasons(
  state: State,
  media: MediaRow,
  arrival: { is4k: boolean; seasons: number[]; createdAt: string },
): void {
  const key = statusKey(arrival.is4k);
  for (const seasonNumber of arrival.seasons) {
    const season = media.seasons.find((one) => one.seasonNumber === seasonNumber);
    if (season) {
      season[key] = MediaStatus.AVAILABLE;
    } else {
      const statuses = { status: MediaStatus.UNKNOWN, status4k: MediaStatus.UNKNOWN, [key]: MediaStatus.AVAILABLE };
      media.seasons.push({ id: nextId(state, 'mediaSeason'), seasonNumber, createdAt: arrival.createdAt, ...statuses });
    }
  }
}

/** A request still pending when its movie arrives is approved by that, and stays so for good. */
function settleMovieRequest(request: RequestRow, completes: boolean): void {
  if (request.status === RequestStatus.PENDING) request.status = RequestStatus.APPROVED;
  else if (request.status === RequestStatus.APPROVED && completes) request.status = RequestStatus.COMPLETED;
}

function settleShowRequest(media: MediaRow, request: RequestRow): void {
  if (request.status !== RequestStatus.APPROVED) return;
  const key = statusKey(request.is4k);
  const isThere = (seasonNumber: number): boolean =>
    media.seasons.some((season) => season.seasonNumber === seasonNumber && season[key] === MediaStatus.AVAILABLE);
  for (const season of request.seasons) {
    if (isThere(season.seasonNumber)) season.status = RequestStatus.COMPLETED;
  }
  if (request.seasons.every(({ status }) => status === RequestStatus.COMPLETED))
    request.status = RequestStatus.COMPLETED;
}

export interface Arrival {
  is4k: boolean;
  /** Of a series; requests for seasons that are not named stay as they are. */
  seasons: number[];
  status: number;
  createdAt: string;
  completes: boolean;
}

export function makeAvailable(state: State, media: MediaRow, arrival: Arrival): void {
  media[statusKey(arrival.is4k)] = arrival.status;
  if (media.mediaType === 'tv') markSeasons(state, media, arrival);
  for (const request of requestsOfMedia(state, media.id).filter(({ is4k }) => is4k === arrival.is4k)) {
    if (media.mediaType === 'movie') settleMovieRequest(request, arrival.completes);
    else if (arrival.completes) settleShowRequest(media, request);
  }
}

export const hasDue = (state: State, now: Date): boolean => state.due.some(({ at }) => Date.parse(at) <= now.getTime());

/** Lets arrive what was due. `allSeasonsOf` tells which seasons a whole series has. */
export function settleDue(
  state: State,
  { now, completes }: Pick<Fulfilment, 'now' | 'completes'>,
  allSeasonsOf: (tmdbId: number) => number[],
): void {
  const due = state.due.filter(({ at }) => Date.parse(at) <= now.getTime());
  state.due = state.due.filter((moment) => !due.includes(moment));
  for (const { requestId, at } of due) {
    const request = state.requests.find(({ id }) => id === requestId);
    if (request?.status !== RequestStatus.APPROVED) continue;
    const media = mediaOfRequest(state, request);
    const seasons = request.seasons.map(({ seasonNumber }) => seasonNumber);
    const key = statusKey(request.is4k);
    const there = media.seasons.filter((season) => season[key] === MediaStatus.AVAILABLE);
    const held = [...there.map(({ seasonNumber }) => seasonNumber), ...seasons];
    const isWhole = media.mediaType === 'movie' || allSeasonsOf(media.tmdbId).every((number) => held.includes(number));
    const status = isWhole ? MediaStatus.AVAILABLE : MediaStatus.PARTIALLY_AVAILABLE;
    makeAvailable(state, media, { is4k: request.is4k, seasons, status, createdAt: timestamp(new Date(at)), completes });
  }
}

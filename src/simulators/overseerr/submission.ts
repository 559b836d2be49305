import type { Call } from './endpoint';
import { approve, startFulfilment } from './lifecycle';
import { isAutoApproved, mayAll, mayRequest, Permission } from './permissions';
import { quotaOf } from './quota';
import { missingUserText, refusal } from './refusals';
import type { Json } from './representation';
import { createdRequestJson, mediaJson, mediaWithSeasonsJson, requestsOfMediaJson } from './representation';
import type { MediaRow, MediaType, RequestRow, State, UserRow } from './state';
import * as rows from './state';
import { MediaStatus, RequestStatus, statusKey } from './state';
import { TitleUnavailable } from './titles';

/** The body of POST /request, as its description lets it through. */
interface Wish {
  mediaType: MediaType;
  mediaId: number;
  is4k?: boolean;
  seasons?: number[] | 'all';
  userId?: number | null;
  tvdbId?: number;
  serverId?: number;
  profileId?: number;
  rootFolder?: string;
  languageProfileId?: number;
  tags?: number[];
}

/** Not requestable at Seerr: the setting that would allow it is off. */
const SPECIALS = 0;

interface Subject {
  tvdbId: number | null;
  seasons: number[];
}

/** Permission and quota are those of the requester, approval is that of the caller. */
function requesterOf({ state, caller }: Call, wish: Wish): UserRow {
  if (!wish.userId) return caller;
  if (!mayAll(caller, Permission.MANAGE_USERS, Permission.MANAGE_REQUESTS)) {
    throw refusal(403, 'You do not have permission to modify the request user.');
  }
  const requester = rows.userById(state, wish.userId);
  if (!requester) throw refusal(500, missingUserText(wish.userId));
  return requester;
}

const noun = (mediaType: MediaType): string => (mediaType === 'movie' ? 'movie' : 'series');

function refuseUnlessAllowed(call: Call, wish: Wish, requester: UserRow): void {
  const { mediaType, is4k = false } = wish;
  if (!mayRequest(requester, { mediaType, is4k })) {
    throw refusal(403, `You do not have permission to make ${is4k ? '4K ' : ''}${noun(mediaType)} requests.`);
  }
  if (quotaOf(call.state, requester, { mediaType, now: call.fulfilment.now }).restricted) {
    throw refusal(403, mediaType === 'movie' ? 'Movie Quota exceeded.' : 'Series Quota exceeded.');
  }
}

function subjectOf({ titles }: Call, wish: Wish): Subject {
  try {
    if (wish.mediaType === 'movie') {
      titles.movie(wish.mediaId);
      return { tvdbId: null, seasons: [] };
    }
    const show = titles.show(wish.mediaId);
    return { tvdbId: wish.tvdbId ?? show.tvdbId, seasons: show.seasons.map(({ seasonNumber }) => seasonNumber) };
  } catch (error) {
    if (!(error instanceof TitleUnavailable)) throw error;
    const what = wish.mediaType === 'movie' ? 'movie details' : 'TV show details';
    throw refusal(500, `[TMDB] Failed to fetch ${what}: ${error.message}`);
  }
}

/** Only the oldest request of the title is looked at. With `is4k` left out the upstream compares with NULL and finds none. */
function refuseDuplicate(state: State, media: MediaRow | undefined, wish: Wish): void {
  if (!media || wish.mediaType !== 'movie') return;
  const oldest = rows.requestsOfMedia(state, media.id).find(({ is4k }) => is4k === wish.is4k);
  if (!oldest || oldest.status === RequestStatus.DECLINED || oldest.status === RequestStatus.COMPLETED) return;
  throw refusal(409, 'Request for this media already exists.');
}

/** Seasons that are requested or available already: they are dropped from a wish without a word. */
function takenSeasons(state: State, media: MediaRow, is4k: boolean): number[] {
  const open = rows
    .requestsOfMedia(state, media.id)
    .filter((request) => request.is4k === is4k)
    .filter(({ status }) => status !== RequestStatus.DECLINED && status !== RequestStatus.COMPLETED);
  const held = media.seasons.filter((season) => season[statusKey(is4k)] !== MediaStatus.UNKNOWN);
  return [...open.flatMap(({ seasons }) => seasons), ...held].map(({ seasonNumber }) => seasonNumber);
}

function seasonsToRequest(call: Call, wish: Wish, about: { requester: UserRow; subject: Subject }): number[] {
  if (wish.mediaType === 'movie') return [];
  // The upstream's own words when it stumbles over the absent list.
  if (!wish.seasons) throw refusal(500, "Cannot read properties of undefined (reading 'filter')");
  const wished = wish.seasons === 'all' ? about.subject.seasons : wish.seasons;
  const media = rows.mediaOfTitle(call.state, 'tv', wish.mediaId);
  const taken = media ? takenSeasons(call.state, media, wish.is4k ?? false) : [];
  const seasons = wished.filter(
    (seasonNumber) => (seasonNumber !== SPECIALS || call.dialect.takesSpecials) && !taken.includes(seasonNumber),
  );
  if (seasons.length === 0) throw refusal(202, 'No seasons available to request');
  const { remaining } = quotaOf(call.state, about.requester, { mediaType: 'tv', now: call.fulfilment.now });
  if (remaining !== undefined && seasons.length > remaining) throw refusal(403, 'Series Quota exceeded.');
  return seasons;
}

export interface Submission {
  wish: Wish;
  requester: UserRow;
  approver: UserRow;
  tvdbId: number | null;
  seasons: number[];
}

function mediaFor(state: State, { wish, tvdbId }: Submission, createdAt: string): MediaRow {
  const known = rows.mediaOfTitle(state, wish.mediaType, wish.mediaId);
  if (known) return known;
  if (tvdbId !== null && state.media.some((media) => media.tvdbId === tvdbId)) {
    throw refusal(500, 'SQLITE_CONSTRAINT: UNIQUE constraint failed: media.tvdbId');
  }
  const media: MediaRow = {
    id: rows.nextId(state, 'media'),
    mediaType: wish.mediaType,
    tmdbId: wish.mediaId,
    tvdbId,
    status: MediaStatus.UNKNOWN,
    status4k: MediaStatus.UNKNOWN,
    seasons: [],
    createdAt,
  };
  state.media.push(media);
  return media;
}

function addRequest(state: State, media: MediaRow, submission: { of: Submission; createdAt: string }): RequestRow {
  const { wish, requester, approver, seasons } = submission.of;
  const { createdAt } = submission;
  const request: RequestRow = {
    id: rows.nextId(state, 'request'),
    mediaId: media.id,
    type: wish.mediaType,
    is4k: wish.is4k ?? false,
    status: RequestStatus.PENDING,
    requestedBy: requester.id,
    modifiedBy: null,
    seasons: seasons.map((seasonNumber) => ({
      id: rows.nextId(state, 'seasonRequest'),
      seasonNumber,
      status: RequestStatus.PENDING,
      createdAt,
    })),
    serverId: wish.serverId ?? null,
    profileId: wish.profileId ?? null,
    rootFolder: wish.rootFolder ?? null,
    languageProfileId: wish.languageProfileId ?? null,
    tags: wish.tags ?? null,
    createdAt,
  };
  state.requests.push(request);
  if (isAutoApproved(approver, { mediaType: wish.mediaType, is4k: request.is4k })) approve(request, approver);
  return request;
}

/** Makes the rows, tells what the answer shows, then lets the effects happen: the answer is older than they are. */
export function commitSubmission(call: Pick<Call, 'state' | 'fulfilment'>, submission: Submission): Json {
  const { state, fulfilment } = call;
  const createdAt = rows.timestamp(fulfilment.now);
  const isKnown = rows.mediaOfTitle(state, submission.wish.mediaType, submission.wish.mediaId) !== undefined;
  const media = mediaFor(state, submission, createdAt);
  const earlier = requestsOfMediaJson(state, media);
  const key = statusKey(submission.wish.is4k ?? false);
  if (media[key] === MediaStatus.UNKNOWN) media[key] = MediaStatus.PENDING;
  const shown = isKnown ? { ...mediaWithSeasonsJson(media), requests: earlier } : mediaJson(media);
  const request = addRequest(state, media, { of: submission, createdAt });
  const json = createdRequestJson(state, request, shown);
  if (request.status === RequestStatus.APPROVED) startFulfilment(state, request, fulfilment);
  return json;
}

/** The order of these checks is part of the contract. */
export function submit(call: Call): Json {
  const wish = call.body as unknown as Wish;
  const requester = requesterOf(call, wish);
  refuseUnlessAllowed(call, wish, requester);
  const subject = subjectOf(call, wish);
  refuseDuplicate(call.state, rows.mediaOfTitle(call.state, wish.mediaType, wish.mediaId), wish);
  const seasons = seasonsToRequest(call, wish, { requester, subject });
  return commitSubmission(call, { wish, requester, approver: call.caller, tvdbId: subject.tvdbId, seasons });
}

import type { Call } from './endpoint';
import type { State } from './state';
import { MediaStatus, requestsOfMedia, statusKey, userById } from './state';
import { commitSubmission } from './submission';
import type { Catalogue } from './titles';

/** A request as the simulator itself knows it. */
export interface TitleRequest {
  id: number;
  mediaType: 'movie' | 'tv';
  is4k: boolean;
  status: number;
  mediaStatus: number;
  requestedBy: number;
  seasons: number[];
}

export function requestsFor(state: State, tmdbId: number): TitleRequest[] {
  const ofTitle = state.media.filter((media) => media.tmdbId === tmdbId);
  return ofTitle.flatMap((media) =>
    requestsOfMedia(state, media.id).map((request) => ({
      id: request.id,
      mediaType: request.type,
      is4k: request.is4k,
      status: request.status,
      mediaStatus: media[statusKey(request.is4k)],
      requestedBy: request.requestedBy,
      seasons: request.seasons.map(({ seasonNumber }) => seasonNumber),
    })),
  );
}

/** A title that can be watched, as far as this server knows. */
export interface AvailableTitle {
  type: 'MOVIE' | 'TV';
  tmdbId: number;
  /** Of a series. */
  seasons: number[];
  at: Date;
}

export function availableTitles(state: State): AvailableTitle[] {
  const isThere = (row: { status: number; status4k: number }): boolean =>
    [row.status, row.status4k].some((one) =>
      [MediaStatus.AVAILABLE, MediaStatus.PARTIALLY_AVAILABLE].includes(one as 5),
    );
  return state.media.filter(isThere).map(({ mediaType, tmdbId, seasons, createdAt }) => ({
    type: mediaType === 'movie' ? 'MOVIE' : 'TV',
    tmdbId,
    seasons: seasons.filter(isThere).map(({ seasonNumber }) => seasonNumber),
    at: new Date(createdAt),
  }));
}

export interface Plant {
  tmdbId: number;
  userId: number;
  seasons: number[] | undefined;
}

/** Goes past permission, quota and the duplicate check; approved at once only if the user's own rights say so. */
export function plantRequest(call: Pick<Call, 'state' | 'fulfilment'>, catalogue: Catalogue, plant: Plant): number {
  const { tmdbId, userId, seasons } = plant;
  const requester = userById(call.state, userId);
  if (!requester) throw new Error(`the Overseerr simulator has no user ${userId}`);
  const show = catalogue.shows.find((one) => one.tmdbId === tmdbId);
  commitSubmission(call, {
    wish: { mediaType: seasons ? 'tv' : 'movie', mediaId: tmdbId, is4k: false },
    requester,
    approver: requester,
    tvdbId: (seasons && show?.tvdbId) ?? null,
    seasons: seasons ?? [],
  });
  return call.state.lastIds.request;
}

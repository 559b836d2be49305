import type { MediaRow, MediaSeasonRow, RequestRow, SeasonRequestRow, State, UserRow } from './state';
import { mediaOfRequest, RequestStatus, requestsOfMedia, userById } from './state';

/** The JSON of rows. Which keys are there depends on the endpoint as much as on the row, so every shape has a name of its own. */
export type Json = Record<string, unknown>;

export function userJson(state: State, user: UserRow): Json {
  return {
    permissions: user.permissions,
    warnings: [],
    id: user.id,
    email: user.email,
    plexUsername: null,
    jellyfinUsername: null,
    username: user.username,
    recoveryLinkExpirationDate: null,
    userType: 2,
    plexId: null,
    jellyfinUserId: null,
    avatar: `/avatars/${user.id}.svg`,
    avatarETag: null,
    avatarVersion: null,
    movieQuotaLimit: user.movieQuotaLimit,
    movieQuotaDays: user.movieQuotaDays,
    tvQuotaLimit: user.tvQuotaLimit,
    tvQuotaDays: user.tvQuotaDays,
    createdAt: user.createdAt,
    updatedAt: user.createdAt,
    requestCount: state.requests.filter(({ requestedBy }) => requestedBy === user.id).length,
    displayName: user.username || user.email,
  };
}

export const userWithSettingsJson = (state: State, user: UserRow): Json => ({
  ...userJson(state, user),
  settings: null,
});

/** As others see them. */
export function userWithoutContactJson(state: State, user: UserRow): Json {
  const json = userJson(state, user);
  delete json.email;
  delete json.plexId;
  return json;
}

export function mediaJson(media: MediaRow): Json {
  return {
    downloadStatus: [],
    downloadStatus4k: [],
    id: media.id,
    mediaType: media.mediaType,
    tmdbId: media.tmdbId,
    tvdbId: media.tvdbId,
    imdbId: null,
    status: media.status,
    status4k: media.status4k,
    // Seerr keeps the moment of creation in all of these.
    createdAt: media.createdAt,
    updatedAt: media.updatedAt ?? media.createdAt,
    lastSeasonChange: media.createdAt,
    mediaAddedAt: media.createdAt,
    serviceId: null,
    serviceId4k: null,
    externalServiceId: null,
    externalServiceId4k: null,
    externalServiceSlug: null,
    externalServiceSlug4k: null,
    ratingKey: null,
    ratingKey4k: null,
    jellyfinMediaId: null,
    jellyfinMediaId4k: null,
  };
}

const mediaSeasonJson = (season: MediaSeasonRow): Json => ({
  id: season.id,
  seasonNumber: season.seasonNumber,
  status: season.status,
  status4k: season.status4k,
  createdAt: season.createdAt,
  updatedAt: season.createdAt,
});

export const mediaWithSeasonsJson = (media: MediaRow): Json => ({
  ...mediaJson(media),
  seasons: media.seasons.map(mediaSeasonJson),
});

/** `mediaInfo` of a movie or a series. */
export const mediaInfoJson = (state: State, media: MediaRow): Json => ({
  ...mediaJson(media),
  requests: requestsOfMediaJson(state, media),
  issues: [],
  seasons: media.seasons.map(mediaSeasonJson),
});

/** `mediaInfo` of a search hit. */
export const mediaOfHitJson = (media: MediaRow): Json => ({ ...mediaJson(media), watchlists: [] });

const seasonRequestJson = (season: SeasonRequestRow): Json => ({
  id: season.id,
  seasonNumber: season.seasonNumber,
  status: season.status,
  createdAt: season.createdAt,
  updatedAt: season.createdAt,
});

function requestFields(request: RequestRow): Json {
  return {
    id: request.id,
    status: request.status,
    createdAt: request.createdAt,
    updatedAt: request.updatedAt ?? request.createdAt,
    type: request.type,
    is4k: request.is4k,
    serverId: request.serverId,
    profileId: request.profileId,
    rootFolder: request.rootFolder,
    languageProfileId: request.languageProfileId,
    tags: request.tags,
    isAutoRequest: false,
  };
}

type UserShape = (state: State, user: UserRow) => Json;

/** Users inside requests are not filtered: everybody sees everybody's e-mail address here. */
function people(
  state: State,
  request: RequestRow,
  shape: UserShape,
): { requestedBy: Json | null; modifiedBy: Json | null } {
  const json = (id: number | null): Json | null => {
    const user = userById(state, id);
    return user ? shape(state, user) : null;
  };
  return { requestedBy: json(request.requestedBy), modifiedBy: json(request.modifiedBy) };
}

const seasonsOf = (request: RequestRow): Json => ({
  seasons: request.seasons.map(seasonRequestJson),
  seasonCount: request.seasons.length,
});

/** In lists and inside media. */
export const listedRequestJson = (state: State, request: RequestRow): Json => ({
  ...requestFields(request),
  media: mediaJson(mediaOfRequest(state, request)),
  ...people(state, request, userJson),
  ...seasonsOf(request),
});

export const requestsOfMediaJson = (state: State, media: MediaRow): Json[] =>
  requestsOfMedia(state, media.id).map((request) => listedRequestJson(state, request));

/** One request by itself, and the answers of approve, decline and retry. */
export const requestJson = (state: State, request: RequestRow): Json => ({
  ...requestFields(request),
  media: mediaWithSeasonsJson(mediaOfRequest(state, request)),
  ...people(state, request, userWithSettingsJson),
  ...seasonsOf(request),
});

/** The answer of POST /request: fewer keys than a reading, and `media` as its handler came to hold it. */
export function createdRequestJson(state: State, request: RequestRow, media: Json): Json {
  const { requestedBy, modifiedBy } = people(state, request, userWithSettingsJson);
  return {
    ...requestFields(request),
    media,
    requestedBy,
    ...(request.status === RequestStatus.PENDING ? {} : { modifiedBy }),
    ...(request.type === 'tv' ? { seasons: request.seasons.map(seasonRequestJson) } : {}),
  };
}

/** The rows of the simulated server: what it remembers, as plain JSON. */

export const RequestStatus = { PENDING: 1, APPROVED: 2, DECLINED: 3, FAILED: 4, COMPLETED: 5 } as const;
export const MediaStatus = { UNKNOWN: 1, PENDING: 2, PROCESSING: 3, PARTIALLY_AVAILABLE: 4, AVAILABLE: 5 } as const;

export type MediaType = 'movie' | 'tv';

export interface UserRow {
  id: number;
  username: string;
  email: string;
  permissions: number;
  movieQuotaLimit: number | null;
  movieQuotaDays: number | null;
  tvQuotaLimit: number | null;
  tvQuotaDays: number | null;
  createdAt: string;
}

export interface MediaSeasonRow {
  id: number;
  seasonNumber: number;
  status: number;
  status4k: number;
  createdAt: string;
}

export interface MediaRow {
  id: number;
  mediaType: MediaType;
  tmdbId: number;
  tvdbId: number | null;
  status: number;
  status4k: number;
  seasons: MediaSeasonRow[];
  createdAt: string;
  /** Where changes are remembered. */
  updatedAt?: string;
}

export interface SeasonRequestRow {
  id: number;
  seasonNumber: number;
  status: number;
  createdAt: string;
}

export interface RequestRow {
  id: number;
  mediaId: number;
  type: MediaType;
  is4k: boolean;
  status: number;
  requestedBy: number;
  modifiedBy: number | null;
  seasons: SeasonRequestRow[];
  serverId: number | null;
  profileId: number | null;
  rootFolder: string | null;
  languageProfileId: number | null;
  tags: number[] | null;
  createdAt: string;
  updatedAt?: string;
}

/** What the request asked for becomes available at this moment, whether or not the process lived until then. */
export interface DueMoment {
  requestId: number;
  at: string;
}

export interface State {
  users: UserRow[];
  media: MediaRow[];
  requests: RequestRow[];
  due: DueMoment[];
  /** Ids are never reused, so the last ones outlive their rows. */
  lastIds: { media: number; mediaSeason: number; request: number; seasonRequest: number };
}

/** Like the upstream's database, times have second precision. */
export function timestamp(now: Date): string {
  return now.toISOString().replace(/\.\d{3}Z$/, '.000Z');
}

export function nextId(state: State, kind: keyof State['lastIds']): number {
  return (state.lastIds[kind] += 1);
}

export const statusKey = (is4k: boolean): 'status' | 'status4k' => (is4k ? 'status4k' : 'status');

export function userById(state: State, id: number | null): UserRow | undefined {
  return state.users.find((user) => user.id === id);
}

export function mediaById(state: State, id: number): MediaRow | undefined {
  return state.media.find((media) => media.id === id);
}

export function mediaOfTitle(state: State, mediaType: MediaType, tmdbId: number): MediaRow | undefined {
  return state.media.find((media) => media.mediaType === mediaType && media.tmdbId === tmdbId);
}

/** Oldest first. */
export function requestsOfMedia(state: State, mediaId: number): RequestRow[] {
  return state.requests.filter((request) => request.mediaId === mediaId);
}

/** A request never outlives its media row. */
export function mediaOfRequest(state: State, request: RequestRow): MediaRow {
  const media = mediaById(state, request.mediaId);
  if (!media) throw new Error(`request ${request.id} points at media ${request.mediaId}, which does not exist`);
  return media;
}

/** Where no times are kept, every row is as old as its creation. */
export const changedLastFirst = <Row extends { createdAt: string; updatedAt?: string }>(rows: Row[]): Row[] =>
  rows.toSorted((a, b) => Date.parse(b.updatedAt ?? b.createdAt) - Date.parse(a.updatedAt ?? a.createdAt));

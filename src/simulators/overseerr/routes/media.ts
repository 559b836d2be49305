import type { Call, Endpoint } from '../endpoint';
import { ok, ServerKilled } from '../endpoint';
import { makeAvailable } from '../lifecycle';
import { page, pagingRules } from '../paging';
import { Permission } from '../permissions';
import { refusal } from '../refusals';
import { mediaWithSeasonsJson } from '../representation';
import type { MediaRow } from '../state';
import { changedLastFirst, mediaById, MediaStatus, statusKey, timestamp } from '../state';

const filters: Readonly<Record<string, number[]>> = {
  available: [MediaStatus.AVAILABLE],
  partial: [MediaStatus.PARTIALLY_AVAILABLE],
  allavailable: [MediaStatus.AVAILABLE, MediaStatus.PARTIALLY_AVAILABLE],
  processing: [MediaStatus.PROCESSING],
  pending: [MediaStatus.PENDING],
};

/** Newest first, or changed last first. `deleted` is accepted and filters nothing, as upstream. */
function listed({ state, query }: Call): MediaRow[] {
  const wanted = filters[query.filter ?? 'all'];
  const newestFirst = state.media.filter(({ status }) => !wanted || wanted.includes(status)).reverse();
  return query.sort === 'modified' ? changedLastFirst(newestFirst) : newestFirst;
}

const statuses: Readonly<Record<string, number>> = {
  available: MediaStatus.AVAILABLE,
  partial: MediaStatus.PARTIALLY_AVAILABLE,
  processing: MediaStatus.PROCESSING,
  pending: MediaStatus.PENDING,
  unknown: MediaStatus.UNKNOWN,
};

function setStatus(call: Call): MediaRow {
  const { state, params, body, fulfilment } = call;
  const { completes } = fulfilment;
  const id = Number(params.mediaId);
  if (Number.isNaN(id)) throw new ServerKilled();
  const media = mediaById(state, id);
  if (!media) throw refusal(404, 'Media does not exist.');
  const status = statuses[params.status ?? ''];
  if (status === undefined) return media; // `deleted` is described but nothing handles it
  const is4k = body.is4k === true;
  if (status === MediaStatus.PARTIALLY_AVAILABLE && media.mediaType === 'movie') {
    throw refusal(400, 'Only series can be set to be partially available');
  }
  if (status === MediaStatus.AVAILABLE || status === MediaStatus.PARTIALLY_AVAILABLE) {
    const seasons = ((body.seasons ?? []) as { seasonNumber: number }[]).map(({ seasonNumber }) => seasonNumber);
    makeAvailable(state, media, { is4k, seasons, status, createdAt: timestamp(fulfilment.now), completes });
  } else {
    media[statusKey(is4k)] = status;
  }
  return media;
}

export const mediaEndpoints: Endpoint[] = [
  {
    method: 'GET',
    path: '/media',
    query: {
      ...pagingRules,
      filter: { type: 'string', oneOf: ['all', ...Object.keys(filters), 'deleted'] },
      sort: { type: 'string', oneOf: ['added', 'modified', 'mediaAdded'] },
    },
    answer: (call) => ok(page(listed(call), call.query, { defaultTake: 20, json: mediaWithSeasonsJson })),
  },
  {
    method: 'POST',
    path: '/media/:mediaId/:status',
    params: { status: { type: 'string', required: true, oneOf: [...Object.keys(statuses), 'deleted'] } },
    body: { is4k: { type: 'boolean' }, seasons: { type: 'array' } },
    needs: Permission.MANAGE_REQUESTS,
    answer: (call) => ok(mediaWithSeasonsJson(setStatus(call))),
  },
];

import type { EventCodecs, Recorded, StoredEvent } from '../../mechanisms/event-store';
import type { FeedEntry } from '../../mechanisms/change-feed';
import type { Projection } from '../../mechanisms/projections';
import type { Preparing, Transaction } from '../../mechanisms/postgres';
import { rowSet, selectByKeys } from '../../mechanisms/postgres';
import type { MediaRequestEvent } from './media-request/events';
import { evolveRequest } from './media-request/evolution';
import type { MediaRequest } from './media-request/media-request';
import type { RequestStatus } from './media-request/media-request';
import { isOpen, statusOf } from './media-request/media-request';
import { changeOf, handoverChangeOf } from './request-change';

export const REQUEST_VIEW = 'request-view';
/** Kinds of its feed entries. */
export const REQUEST_CHANGED = 'request';
export const HANDOVER_CHANGED = 'handover';

/** One request as it stands in the table. */
export interface RequestRow {
  state: MediaRequest;
  streamId: string;
  /** Of its last event. */
  position: bigint;
}

/** Every fact of a request; a new one does not compile until it stands here. */
const handled: { [Type in MediaRequestEvent['type']]: true } = {
  MediaRequestSubmitted: true,
  RequestJoined: true,
  RequestLeft: true,
  MediaRequestAutoApproved: true,
  HandoverQueued: true,
  HandoverAttempted: true,
  UpstreamRequestCreated: true,
  UpstreamRequestAdopted: true,
  HandoverDeferred: true,
  HandoverRejected: true,
  MediaRequestRetried: true,
  UpstreamDecisionObserved: true,
  MediaProcessingObserved: true,
  MediaBecameAvailable: true,
  FulfilmentFailed: true,
  DuplicateUpstreamDetected: true,
  DuplicateUpstreamResolved: true,
};
export const REQUEST_EVENTS = Object.keys(handled);

/** What happened to each request, in the order of the log. */
type Stories = Map<string, Recorded<MediaRequestEvent>[]>;

function storiesOf(stored: StoredEvent[], codecs: EventCodecs): Stories {
  const stories: Stories = new Map();
  for (const one of stored) {
    const event = codecs.read<MediaRequestEvent>(one);
    const story = stories.get(event.data.requestId);
    if (story) story.push(event);
    else stories.set(event.data.requestId, [event]);
  }
  return stories;
}

const BY_ID = {
  name: 'requests_to_fold',
  text: selectByKeys('state, stream_id, position', 'request_view', { request_id: 'text' }),
};

/** The rows that the stories go on with: a request that begins in them has none yet. */
async function load(tx: Preparing, stories: Stories): Promise<Map<string, RequestRow>> {
  const ids = [...stories].filter(([, [first]]) => first?.type !== 'MediaRequestSubmitted').map(([id]) => id);
  if (ids.length === 0) return new Map();
  const rows = await tx.prepared<{ state: MediaRequest; stream_id: string; position: string }>(BY_ID, [ids]);
  return new Map(
    rows.map(({ state, stream_id, position }) => [
      state.requestId,
      { state, streamId: stream_id, position: BigInt(position) },
    ]),
  );
}

/** Folds the event into the rows; answers with the request after it. */
function fold(rows: Map<string, RequestRow>, event: Recorded<MediaRequestEvent>): MediaRequest {
  const { requestId } = event.data;
  const before = rows.get(requestId)?.state;
  if (!before && event.type !== 'MediaRequestSubmitted')
    throw new Error(`${event.type} of unknown request ${requestId}`);
  const state = evolveRequest(before ?? ({} as MediaRequest), event);
  rows.set(requestId, { state, streamId: event.streamId, position: event.globalPosition });
  return state;
}

/** What subscribers hear of an event, by the request after it. */
function entriesOf(event: Recorded<MediaRequestEvent>, state: MediaRequest): FeedEntry[] {
  const subjects = [state.requestId, state.requesterId, ...state.followerIds];
  if (event.type === 'RequestLeft') subjects.push(event.data.followerId);
  const position = event.globalPosition;
  const change = { position, subjects, kind: REQUEST_CHANGED, payload: changeOf(event, state) };
  const handover = handoverChangeOf(event, state);
  return handover ? [change, { position, subjects, kind: HANDOVER_CHANGED, payload: handover }] : [change];
}

/** The rows as they are to be stored, request by request: the server writes the first while the others are folded. */
function* folded(stories: Stories, rows: Map<string, RequestRow>, feed: FeedEntry[] | null) {
  for (const [requestId, story] of stories) {
    for (const event of story) {
      const state = fold(rows, event);
      feed?.push(...entriesOf(event, state));
    }
    yield toValues(rows.get(requestId)!);
  }
}

/** When the janitor may look at it: a lapsed lease, or the time to try again. */
function dueAt({ handover }: MediaRequest): string | null {
  if (handover.state === 'ATTEMPTING') return handover.attempt?.leaseUntil ?? null;
  return handover.retryAt ?? handover.queuedAt;
}

const ROWS = rowSet({
  request_id: 'text',
  stream_id: 'text',
  media_type: 'text',
  tmdb_id: 'integer',
  quality: 'text',
  status: 'text',
  is_open: 'boolean',
  handover_state: 'text',
  connection_id: 'text',
  requester_id: 'text',
  participant_ids: 'text[]',
  requested_at: 'timestamptz',
  updated_at: 'timestamptz',
  queued_at: 'timestamptz',
  due_at: 'timestamptz',
  has_duplicate: 'boolean',
  position: 'bigint',
  state: 'json',
});
const STORE = {
  name: 'store_requests',
  text: `insert into request_view (${ROWS.columns}) ${ROWS.select()}
  on conflict (request_id) do update set
    status = excluded.status, is_open = excluded.is_open, handover_state = excluded.handover_state,
    connection_id = excluded.connection_id, participant_ids = excluded.participant_ids, updated_at = excluded.updated_at,
    queued_at = excluded.queued_at, due_at = excluded.due_at, has_duplicate = excluded.has_duplicate,
    position = excluded.position, state = excluded.state`,
};

const toValues = ({ state, streamId, position }: RequestRow) => ({
  request_id: state.requestId,
  stream_id: streamId,
  media_type: state.mediaType,
  tmdb_id: state.tmdbId,
  quality: state.quality,
  status: statusOf(state),
  is_open: isOpen(state),
  handover_state: state.handover.state,
  connection_id: state.handover.connectionId,
  requester_id: state.requesterId,
  participant_ids: [state.requesterId, ...state.followerIds],
  requested_at: state.requestedAt,
  updated_at: state.updatedAt,
  queued_at: state.handover.queuedAt,
  due_at: dueAt(state),
  has_duplicate: isOpen(state) && state.duplicateUpstreamIds.length > 0, // nobody looks at a closed one any more
  position,
  state,
});

type Rows = ReadonlyMap<string, RequestRow>;
const statuses = (rows: Rows): [string, RequestStatus][] => [...rows].map(([id, { state }]) => [id, statusOf(state)]);

const COUNT = {
  name: 'count_requests',
  text: `insert into request_stats as known select * from unnest($1::text[], $2::bigint[])
  on conflict (status) do update set count = known.count + excluded.count`,
};

/** Moves those that changed their status from one count to another. */
function count(tx: Transaction, before: readonly [string, RequestStatus][], rows: Rows): void {
  const moved = new Map<RequestStatus, number>();
  const move = (status: RequestStatus, by: number) => moved.set(status, (moved.get(status) ?? 0) + by);
  for (const [, status] of before) move(status, -1);
  for (const [, status] of statuses(rows)) move(status, 1);
  const changed = [...moved].filter(([, by]) => by !== 0);
  if (changed.length === 0) return;
  tx.send(COUNT, [changed.map(([status]) => status), changed.map(([, by]) => by)]);
}

/** `request-view`: one row a request, in table `request_view`, counted by status in `request_stats`; feeds `requestUpdated` and `handoverUpdated`. */
export function createRequestViewProjection(codecs: EventCodecs): Projection {
  return {
    name: REQUEST_VIEW,
    version: 1,
    handles: REQUEST_EVENTS,
    tables: ['request_view', 'request_stats'],
    async project(stored: StoredEvent[], tx, { isSilent = false } = {}) {
      const stories = storiesOf(stored, codecs);
      const rows = await load(tx, stories);
      const before = statuses(rows);
      const feed: FeedEntry[] | null = isSilent ? null : [];
      await ROWS.send(tx, { statement: STORE }, folded(stories, rows, feed));
      count(tx, before, rows);
      return feed ?? [];
    },
  };
}

import type { BatchLoader } from '../../mechanisms/batching';
import { createBatchLoader } from '../../mechanisms/batching';
import { NotFound } from '../../mechanisms/errors';
import type { EventCodecs, EventStore } from '../../mechanisms/event-store';
import type { Preparing, Queryable } from '../../mechanisms/postgres';
import { selectByKeys } from '../../mechanisms/postgres';
import type { View, ViewLoader } from '../../mechanisms/projections';
import { createViewLoader } from '../../mechanisms/projections';
import type { MediaRequestEvent, MediaType, Quality } from './media-request/events';
import { evolveRequest } from './media-request/evolution';
import type { MediaRequest, RequestStatus } from './media-request/media-request';
import type { PastRequest } from './presentation';
import type { RequestRow } from './request-view.read-model';

interface StoredRow {
  state: MediaRequest;
  stream_id: string;
  position: string;
}
const COLUMNS = 'state, stream_id, position';
const rowOf = ({ state, stream_id, position }: StoredRow): RequestRow => ({
  state,
  streamId: stream_id,
  position: BigInt(position),
});

export interface RequestPage {
  status?: RequestStatus[];
  mediaType?: MediaType;
  /** Only what this account asked for or joined. */
  participantId?: string;
  orderBy: 'UPDATED_DESC' | 'REQUESTED_DESC' | 'REQUESTED_ASC';
  limit: number;
  /** The sort keys of the last row before: its time and id. */
  after?: { at: string; requestId: string };
  /** Not older than this. */
  atLeast?: bigint;
}

const ORDERS = {
  UPDATED_DESC: { column: 'updated_at', direction: 'desc', beyond: '<' },
  REQUESTED_DESC: { column: 'requested_at', direction: 'desc', beyond: '<' },
  REQUESTED_ASC: { column: 'requested_at', direction: 'asc', beyond: '>' },
} as const;

/** Collects the values of a statement; gives each its place in it. */
function places() {
  const values: unknown[] = [];
  return { values, add: (value: unknown) => `$${values.push(value)}` };
}
type Add = ReturnType<typeof places>['add'];

const where = (sql: string[]) => (sql.length > 0 ? `where ${sql.join(' and ')}` : '');

function filters({ mediaType, participantId }: RequestPage, add: Add): string[] {
  return [
    ...(mediaType ? [`media_type = ${add(mediaType)}`] : []),
    ...(participantId ? [`participant_ids @> array[${add(participantId)}]`] : []),
  ];
}

/** In the order of an index, which begins with the status where one is asked for: several statuses are a page of each, merged. */
function pageSql(page: RequestPage, add: Add): string {
  const { column, direction, beyond } = ORDERS[page.orderBy];
  const { status, after } = page;
  const shared = filters(page, add);
  if (after) shared.push(`(${column}, request_id) ${beyond} (${add(after.at)}, ${add(after.requestId)})`);
  const inOrder = `order by ${column} ${direction}, request_id ${direction} limit ${add(page.limit)}`;
  const branch = (sql: string[]) =>
    `select ${COLUMNS}, ${column}, request_id from request_view ${where([...sql, ...shared])} ${inOrder}`;
  if (!status) return branch([]);
  const branches = [...new Set(status)].map((one) => branch([`status = ${add(one)}`]));
  if (branches.length <= 1) return branches[0] ?? branch(['false']);
  return `select * from (${branches.map((sql) => `(${sql})`).join(' union all ')}) as merged ${inOrder}`;
}

function countSql(page: RequestPage, add: Add): string {
  const { status, mediaType, participantId } = page;
  const inStatus = status ? [`status = any(${add(status)})`] : [];
  return mediaType || participantId
    ? `select count(*) as total from request_view ${where([...inStatus, ...filters(page, add)])}`
    : `select coalesce(sum(count), 0) as total from request_stats ${where(inStatus)}`;
}

const STATS = { name: 'request_stats', text: 'select status, count from request_stats' };

/** What people ask of `request_view`: the answers may be a little old, but never older than `atLeast`. */
export function createRequestQueries(view: View) {
  return {
    async page(page: RequestPage): Promise<RequestRow[]> {
      const { values, add } = places();
      return (await view.query<StoredRow>(pageSql(page, add), values, page.atLeast)).map(rowOf);
    },

    /** A page, and how many there are in all: of one moment, so that the two agree. */
    async countedPage(page: RequestPage): Promise<{ rows: RequestRow[]; total: number }> {
      const { values, add } = places();
      const found = await view.query<(StoredRow | { state: null }) & { total: string }>(
        `select whole.total, page.* from (${countSql(page, add)}) as whole left join (${pageSql(page, add)}) as page on true`,
        values,
        page.atLeast,
      );
      const rows = found.filter((row): row is StoredRow & { total: string } => row.state !== null);
      return { rows: rows.map(rowOf), total: Number(found[0]?.total ?? 0) };
    },

    /** How many are in each status; one that none is in may be missing. */
    async stats(atLeast?: bigint): Promise<ReadonlyMap<RequestStatus, number>> {
      const rows = await view.prepared<{ status: RequestStatus; count: string }>(STATS, [], atLeast);
      return new Map(rows.map(({ status, count }) => [status, Number(count)]));
    },

    async duplicates(atLeast?: bigint): Promise<number> {
      const sql = 'select count(*) from request_view where has_duplicate';
      const [row] = await view.query<{ count: string }>(sql, [], atLeast);
      return Number(row?.count ?? 0);
    },
  };
}
export type RequestQueries = ReturnType<typeof createRequestQueries>;

/** What the saga asks of it: on the primary, for work follows. */
export function createHandoverQueries(database: Queryable) {
  const many = async (sql: string, values: unknown[]) => (await database.query<StoredRow>(sql, values)).map(rowOf);

  return {
    async byId(requestId: string): Promise<RequestRow | undefined> {
      return (await many(`select ${COLUMNS} from request_view where request_id = $1`, [requestId]))[0];
    },

    /** Handovers whose time has come, in the order they were queued; with `connectionId` those of it that wait, due or not. */
    dueHandovers({ now, connectionId }: { now: Date; connectionId?: string }): Promise<RequestRow[]> {
      return many(
        `select ${COLUMNS} from request_view
         where handover_state in ('QUEUED', 'ATTEMPTING', 'UNCERTAIN') and (due_at <= $1 or connection_id = $2)
         order by queued_at, request_id`,
        [now, connectionId ?? null],
      );
    },

    /** What the poller looks at: handed over, and not settled yet. */
    linked(connectionId: string): Promise<RequestRow[]> {
      return many(
        `select ${COLUMNS} from request_view where connection_id = $1 and handover_state = 'LINKED' and is_open
         order by requested_at desc`,
        [connectionId],
      );
    },
  };
}
export type HandoverQueries = ReturnType<typeof createHandoverQueries>;

export interface TitleOfRequest {
  mediaType: MediaType;
  tmdbId: number;
  quality: Quality;
}
const keyOf = ({ mediaType, tmdbId, quality }: TitleOfRequest) => `${mediaType}:${tmdbId}:${quality}`;

/** The open request of a title, for lists of titles. */
export function createOpenRequestLoader(view: View): () => ViewLoader<TitleOfRequest, RequestRow> {
  return () =>
    createViewLoader({
      keyOf,
      async load(titles, atLeast) {
        const rows = await view.query<StoredRow>(
          `select ${COLUMNS} from request_view join unnest($1::text[], $2::int[], $3::text[]) as t (media_type, tmdb_id, quality)
             using (media_type, tmdb_id, quality) where is_open`,
          [titles.map((t) => t.mediaType), titles.map((t) => t.tmdbId), titles.map((t) => t.quality)],
          atLeast,
        );
        return new Map(rows.map(rowOf).map((row) => [keyOf(row.state), row]));
      },
    });
}

const BY_ID = { name: 'requests_by_id', text: selectByKeys(COLUMNS, 'request_view', { request_id: 'text' }) };

/** Requests by id. */
export function createRequestLoader(view: View): () => ViewLoader<string, RequestRow> {
  return () =>
    createViewLoader({
      keyOf: (requestId) => requestId,
      async load(ids, atLeast) {
        const rows = await view.prepared<StoredRow>(BY_ID, [ids], atLeast);
        return new Map(rows.map(rowOf).map((row) => [row.state.requestId, row]));
      },
    });
}

const BEFORE = {
  name: 'queued_before',
  text: `select (
      select count(*) from request_view as other
      where other.connection_id = mine.connection_id and (other.queued_at, other.request_id) < (mine.queued_at, mine.request_id)
        and other.handover_state in ('QUEUED', 'ATTEMPTING', 'UNCERTAIN')
    ) as before
    from unnest((select $1::text[]), (select $2::text[]), (select $3::timestamptz[])) with ordinality as mine (request_id, connection_id, queued_at, n)
    order by n`,
};

/** How many wait for the same connection and were queued before; they go first. On the primary, as what the saga asks. */
export function createQueueLoader(database: Preparing): () => BatchLoader<MediaRequest, number> {
  const keyOf = ({ requestId, handover }: MediaRequest) => `${requestId} ${handover.connectionId} ${handover.queuedAt}`;
  return () =>
    createBatchLoader({
      keyOf,
      async load(requests) {
        const rows = await database.prepared<{ before: string }>(BEFORE, [
          requests.map(({ requestId }) => requestId),
          requests.map(({ handover }) => handover.connectionId),
          requests.map(({ handover }) => handover.queuedAt),
        ]);
        return new Map(rows.map(({ before }, n) => [keyOf(requests[n]!), Number(before)]));
      },
    });
}

/** Whether connections are usable, as last seen: however many requests wait for one, it is looked up once. */
export function createUsableLoader(connections: {
  isUsable(connectionId: string): Promise<boolean>;
}): () => BatchLoader<string, boolean> {
  const load = async (ids: readonly string[]) =>
    new Map(await Promise.all(ids.map(async (id) => [id, await connections.isUsable(id)] as const)));
  return () => createBatchLoader({ keyOf: (id) => id, load });
}

export interface RequestPastParts {
  /** Where a request lives; throws NotFound. */
  locate(requestId: string): Promise<{ streamId: string }>;
  store: Pick<EventStore, 'readStream'>;
  codecs: EventCodecs;
}

/** How a request was at a time, and is now, from its facts; null when it was not there. */
export function createRequestPast({ locate, store, codecs }: RequestPastParts) {
  return async (requestId: string, at: Date): Promise<PastRequest | null> => {
    const row = await locate(requestId).catch((error: unknown) => {
      if (error instanceof NotFound) return null;
      throw error;
    });
    if (!row) return null;
    const { events } = await store.readStream(row.streamId);
    // A title's stream has its earlier requests too.
    const facts = events
      .map((event) => codecs.read<MediaRequestEvent>(event))
      .filter(({ data }) => data.requestId === requestId);
    const end = facts.findIndex(({ metadata }) => new Date(metadata.occurredAt) > at);
    const past = end < 0 ? facts : facts.slice(0, end);
    const last = past.at(-1);
    const after = (some: typeof facts) => some.reduce(evolveRequest, {} as MediaRequest);
    return last ? { state: after(past), position: last.globalPosition, now: after(facts) } : null;
  };
}

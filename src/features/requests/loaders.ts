import { createBatchLoader } from '../../mechanisms/batching';
import type { BatchLoader } from '../../mechanisms/batching';
import type { Queryable } from '../../mechanisms/postgres';
import type { View } from '../../mechanisms/projections';
import type { MediaType, Quality } from './media-request/events';
import type { MediaRequest, RequestStatus } from './media-request/media-request';
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

/** The `where` of a page and its values; shared by the page and its count. */
function conditions({ status, mediaType, participantId }: RequestPage): { sql: string[]; values: unknown[] } {
  const values: unknown[] = [];
  const sql: string[] = [];
  const add = (condition: (place: string) => string, value: unknown) => {
    values.push(value);
    sql.push(condition(`$${values.length}`));
  };
  if (status) add((place) => `status = any(${place})`, status);
  if (mediaType) add((place) => `media_type = ${place}`, mediaType);
  if (participantId) add((place) => `participant_ids @> array[${place}]`, participantId);
  return { sql, values };
}

const where = (sql: string[]) => (sql.length > 0 ? `where ${sql.join(' and ')}` : '');

/** What people ask of `request_view`: the answers may be a little old, but never older than `atLeast`. */
export function createRequestQueries(view: View) {
  return {
    async byId(requestId: string, atLeast: bigint): Promise<RequestRow | undefined> {
      const sql = `select ${COLUMNS} from request_view where request_id = $1`;
      return (await view.query<StoredRow>(sql, [requestId], atLeast)).map(rowOf)[0];
    },

    async page(page: RequestPage): Promise<RequestRow[]> {
      const { column, direction, beyond } = ORDERS[page.orderBy];
      const { sql, values } = conditions(page);
      if (page.after) {
        values.push(page.after.at, page.after.requestId);
        sql.push(`(${column}, request_id) ${beyond} ($${values.length - 1}, $${values.length})`);
      }
      values.push(page.limit);
      const rows = await view.query<StoredRow>(
        `select ${COLUMNS} from request_view ${where(sql)}
         order by ${column} ${direction}, request_id ${direction} limit $${values.length}`,
        values,
        page.atLeast,
      );
      return rows.map(rowOf);
    },

    async count(page: RequestPage): Promise<number> {
      const { sql, values } = conditions(page);
      const counting = `select count(*) from request_view ${where(sql)}`;
      const [row] = await view.query<{ count: string }>(counting, values, page.atLeast);
      return Number(row?.count ?? 0);
    },

    async duplicates(): Promise<number> {
      const [row] = await view.query<{ count: string }>('select count(*) from request_view where has_duplicate');
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

    /** How many wait for this connection and were queued before; they go first. */
    async waitingBefore({ requestId, handover }: MediaRequest): Promise<number> {
      const [row] = await database.query<{ count: string }>(
        `select count(*) from request_view where connection_id = $1 and (queued_at, request_id) < ($2, $3)
         and handover_state in ('QUEUED', 'ATTEMPTING', 'UNCERTAIN')`,
        [handover.connectionId, handover.queuedAt, requestId],
      );
      return Number(row?.count ?? 0);
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
export function createOpenRequestLoader(database: Queryable): () => BatchLoader<TitleOfRequest, RequestRow> {
  return () =>
    createBatchLoader({
      keyOf,
      async load(titles) {
        const rows = await database.query<StoredRow>(
          `select ${COLUMNS} from request_view join unnest($1::text[], $2::int[], $3::text[]) as t (media_type, tmdb_id, quality)
             using (media_type, tmdb_id, quality) where is_open`,
          [titles.map((t) => t.mediaType), titles.map((t) => t.tmdbId), titles.map((t) => t.quality)],
        );
        return new Map(rows.map(rowOf).map((row) => [keyOf(row.state), row]));
      },
    });
}

/** Requests by id. */
export function createRequestLoader(database: Queryable): () => BatchLoader<string, RequestRow> {
  return () =>
    createBatchLoader({
      keyOf: (requestId) => requestId,
      async load(ids) {
        const rows = await database.query<StoredRow>(`select ${COLUMNS} from request_view where request_id = any($1)`, [
          ids,
        ]);
        return new Map(rows.map(rowOf).map((row) => [row.state.requestId, row]));
      },
    });
}

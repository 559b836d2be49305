import type { Actor, EventCodecs } from '../../mechanisms/event-store';
import { StaleRead } from '../../mechanisms/errors';
import type { Projection, View } from '../../mechanisms/projections';
import type { MediaRequestEvent } from './media-request/events';
import { REQUEST_EVENTS } from './request-view.read-model';

export const REQUEST_TIMELINE = 'request-timeline';

/** One fact of a request. Text and names are made when it is read. */
export interface TimelineRow {
  position: bigint;
  at: Date;
  actor: Actor;
  event: MediaRequestEvent;
}

/** Of any store. */
const LAST_POSITION = 2n ** 63n - 1n;

/** `request-timeline`: one row a fact, in table `request_timeline`. */
export function createRequestTimelineProjection(codecs: EventCodecs): Projection {
  return {
    name: REQUEST_TIMELINE,
    version: 1,
    handles: REQUEST_EVENTS,
    tables: ['request_timeline'],
    async project(stored, tx) {
      const rows = stored.map((event) => {
        const { type, data, metadata, globalPosition } = codecs.read<MediaRequestEvent>(event);
        return {
          request_id: data.requestId,
          position: globalPosition.toString(),
          type,
          at: metadata.occurredAt,
          actor: metadata.actor,
          data,
        };
      });
      await tx.query('insert into request_timeline select * from json_populate_recordset(null::request_timeline, $1)', [
        JSON.stringify(rows),
      ]);
      return [];
    },
  };
}

export interface TimelinePage {
  requestId: string;
  limit: number;
  /** Position of the last entry before. */
  after?: bigint;
  /** Of the request beside it, which it is not older than. When its projection is stopped, what there is is better than nothing. */
  newest: bigint;
  /** Position of the last entry wanted: how it was then. */
  upTo?: bigint;
}

/** The facts of a request, oldest first. */
export async function readTimeline(view: View, page: TimelinePage): Promise<TimelineRow[]> {
  const read = (atLeast?: bigint) =>
    view.query<{ position: string; type: string; at: Date; actor: Actor; data: object }>(
      `select position, type, at, actor, data from request_timeline
       where request_id = $1 and position > $2 and position <= $3 order by position limit $4`,
      [page.requestId, page.after ?? 0n, page.upTo ?? LAST_POSITION, page.limit],
      atLeast,
    );
  const rows = await read(page.newest).catch((error: unknown) => {
    if (error instanceof StaleRead) return read();
    throw error;
  });
  return rows.map(({ position, type, at, actor, data }) => ({
    position: BigInt(position),
    at,
    actor,
    event: { type, data } as MediaRequestEvent,
  }));
}

/** How many facts a request has, or had. */
export async function countTimeline(view: View, { requestId, upTo }: Pick<TimelinePage, 'requestId' | 'upTo'>) {
  const [row] = await view.query<{ count: string }>(
    'select count(*) from request_timeline where request_id = $1 and position <= $2',
    [requestId, upTo ?? LAST_POSITION],
  );
  return Number(row?.count ?? 0);
}

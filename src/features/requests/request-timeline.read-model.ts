import type { Actor, EventCodecs, StoredEvent } from '../../mechanisms/event-store';
import { StaleRead } from '../../mechanisms/errors';
import { rowSet } from '../../mechanisms/postgres';
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

const ROWS = rowSet({
  request_id: 'text',
  position: 'bigint',
  type: 'text',
  at: 'timestamptz',
  actor: 'json',
  data: 'json',
});
const STORE = {
  name: 'store_timeline',
  text: `insert into request_timeline (${ROWS.columns}) ${ROWS.select()}`,
};

function* rowsOf(codecs: EventCodecs, stored: StoredEvent[]) {
  for (const event of stored) {
    const { type, data, metadata, globalPosition: position } = codecs.read<MediaRequestEvent>(event);
    yield { request_id: data.requestId, position, type, at: metadata.occurredAt, actor: metadata.actor, data };
  }
}

/** `request-timeline`: one row a fact, in table `request_timeline`. */
export function createRequestTimelineProjection(codecs: EventCodecs): Projection {
  return {
    name: REQUEST_TIMELINE,
    version: 1,
    handles: REQUEST_EVENTS,
    tables: ['request_timeline'],
    async project(stored, tx) {
      await ROWS.send(tx, { statement: STORE }, rowsOf(codecs, stored));
      return [];
    },
  };
}

export interface TimelinePage {
  requestId: string;
  limit: number;
  /** Position of the last entry before. */
  after?: bigint;
  /** Of the request beside it, which it is not older than; only where its projection stands still, it is what there is. */
  newest: bigint;
  /** Position of the last entry wanted: how it was then. */
  upTo?: bigint;
}

/** Not older than `newest`, unless the projection stands still: then what there is is better than nothing. */
async function notOlder<Answer>(newest: bigint, read: (atLeast?: bigint) => Promise<Answer>): Promise<Answer> {
  try {
    return await read(newest);
  } catch (error) {
    if (error instanceof StaleRead && error.standsStill) return read();
    throw error;
  }
}

const PAGE = {
  name: 'timeline_page',
  text: `select position, type, at, actor, data from request_timeline
    where request_id = $1 and position > $2 and position <= $3 order by position limit $4`,
};
const COUNT = {
  name: 'timeline_count',
  text: 'select count(*) from request_timeline where request_id = $1 and position <= $2',
};

/** The facts of a request, oldest first. Throws StaleRead while its projection is behind. */
export async function readTimeline(view: View, page: TimelinePage): Promise<TimelineRow[]> {
  const rows = await notOlder(page.newest, (atLeast) =>
    view.prepared<{ position: string; type: string; at: Date; actor: Actor; data: object }>(
      PAGE,
      [page.requestId, page.after ?? 0n, page.upTo ?? LAST_POSITION, page.limit],
      atLeast,
    ),
  );
  return rows.map(({ position, type, at, actor, data }) => ({
    position: BigInt(position),
    at,
    actor,
    event: { type, data } as MediaRequestEvent,
  }));
}

/** Which facts are counted. */
export type WholeTimeline = Pick<TimelinePage, 'requestId' | 'newest' | 'upTo'>;

/** How many facts a request has, or had: as new as its pages. */
export async function countTimeline(view: View, { requestId, newest, upTo }: WholeTimeline): Promise<number> {
  const [row] = await notOlder(newest, (atLeast) =>
    view.prepared<{ count: string }>(COUNT, [requestId, upTo ?? LAST_POSITION], atLeast),
  );
  return Number(row?.count ?? 0);
}

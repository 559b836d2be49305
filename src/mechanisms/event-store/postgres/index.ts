import { StartupError } from '../../errors';
import type { Logger } from '../../observability';
import type { Database, Statement } from '../../postgres';
import { createAppendedSignal } from '../appended-signal';
import { toConflict } from '../conflict';
import type { StoredEvent } from '../event';
import { NO_STREAM } from '../event-store';
import type { AppendResult, EventStore } from '../event-store';
import { followLog } from '../follow-log';
import { requireStreamName, writeDown } from '../written-event';
import { createAppendQueue } from './append-queue';
import type { Appended } from './appending';
import { createAppending, LANE } from './appending';
import { toReadFailure } from './failures';
import { createSettling } from './settling';

export { settleEventStore } from './settle-store';

export interface PostgresEventStoreParts {
  /** The primary, as the serving role. Stays the caller's to close. */
  database: Database;
  /** The same for who follows the log: crowds that wait for the other must not hold up the projections. Absent: the same. */
  background?: Database;
  log: Logger;
}

/** An event as JSON. */
type EventRow = [
  globalPosition: number,
  eventId: string,
  streamId: string,
  type: string,
  data: object,
  metadata: StoredEvent['metadata'],
  streamVersion: number,
  schemaVersion: number,
  recordedMs: number,
];

const AS_JSON = `json_build_array(position, event_id, stream_id, type, data, meta, version, schema_version,
  (extract(epoch from recorded_at) * 1000)::bigint)`;
/** The driver takes its time for each row, and each column. No more of them, for each may be a megabyte. */
const MOST_IN_ROW = 32;

const IDENTITY = { name: 'event_store', text: 'SELECT id FROM event_store' };
const STREAM = {
  name: 'read_stream',
  text: `SELECT ${AS_JSON} AS event FROM events WHERE stream_id = $1 ORDER BY version`,
};
const ALL = {
  name: 'read_all',
  text: `SELECT json_agg(${AS_JSON} ORDER BY position) AS events
    FROM (SELECT * FROM events WHERE position > $1 ORDER BY position LIMIT $2) AS wanted
    GROUP BY position / ${MOST_IN_ROW} ORDER BY position / ${MOST_IN_ROW}`,
};
const HEAD = { name: 'head', text: 'SELECT coalesce(max(position), 0) AS head FROM events' };

/** The event store in Postgres tables (docs/decisions/0003). Its tables are there already: migrations made them. */
export async function createPostgresEventStore(parts: PostgresEventStoreParts): Promise<EventStore> {
  const { database, background = database, log } = parts;
  const read = async <Row extends object>(
    statement: Statement,
    values: unknown[] = [],
    place = database,
  ): Promise<Row[]> => {
    try {
      return await place.prepared<Row>(statement, values);
    } catch (error) {
      throw toReadFailure(error);
    }
  };
  const [identity] = await read<{ id: string }>(IDENTITY);
  if (!identity) throw new StartupError('the event store has no id: were the migrations run?');

  const lane = database.lane(LANE);
  const queue = createAppendQueue(createSettling(createAppending(lane)));
  const appended = createAppendedSignal();
  const elsewhere = database.channel('medianest_appended', () => appended.notify());
  const closing = new AbortController();
  const onOutage = (error: Error) => log.warn({ err: error }, 'event store away: waiting to read on');

  const store: EventStore = {
    storeId: identity.id,
    async append(streamId, expected, events) {
      const append = writeDown(streamId, expected, events);
      const answer = await queue.add(append);
      if (answer.outcome === 'conflict') throw toConflict(append, answer.version);
      appended.notify();
      elsewhere.ring(); // after the commit, never inside it
      return toResult(answer);
    },
    async readStream(streamId) {
      requireStreamName(streamId);
      const events = (await read<{ event: EventRow }>(STREAM, [streamId])).map(({ event }) => toStoredEvent(event));
      return { version: events.at(-1)?.streamVersion ?? NO_STREAM, events };
    },
    async readAll(after, limit) {
      const rows = await read<{ events: EventRow[] }>(ALL, [String(after), limit], background);
      return rows.flatMap(({ events }) => events.map(toStoredEvent));
    },
    async head() {
      const [row] = await read<{ head: string }>(HEAD, [], background);
      return BigInt(row?.head ?? 0);
    },
    subscribeToAll: (after, signal) => followLog({ ...store, closing: closing.signal, onOutage }, after, signal),
    onAppended: appended.onAppended,
    close() {
      closing.abort();
      lane.close();
      elsewhere.close();
      return Promise.resolve();
    },
  };
  return store;
}

function toResult({ outcome, version, positions, recordedAt }: Appended): AppendResult {
  const position = positions[positions.length - 1]!; // no append is empty
  return {
    version,
    position,
    positions,
    recordedAt: positions.map(() => recordedAt),
    repeated: outcome === 'repeated',
  };
}

function toStoredEvent(row: EventRow): StoredEvent {
  const [globalPosition, eventId, streamId, type, data, metadata, streamVersion, schemaVersion, recordedMs] = row;
  return {
    eventId,
    type,
    schemaVersion,
    data,
    metadata,
    streamId,
    streamVersion,
    globalPosition: BigInt(globalPosition),
    recordedAt: new Date(recordedMs),
  };
}

import type { Database, Statement } from '../../postgres';
import type { StoredEvent } from '../event';
import { NO_STREAM } from '../event-store';
import type { EventStore } from '../event-store';
import { requireStreamName } from '../written-event';
import { toReadFailure } from './failures';
import { FLUSHED } from './flushed';

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

/** The last value of each is up to where the log is known to be on disk: who reads on waits for it, lest it be something that a crash takes back. */
const STREAM = {
  name: 'read_stream',
  text: `SELECT ${AS_JSON} AS event FROM events WHERE stream_id = $1 AND (position <= $2 OR ${FLUSHED}) ORDER BY version`,
};
const ALL = {
  name: 'read_all',
  text: `SELECT json_agg(${AS_JSON} ORDER BY position) AS events
    FROM (SELECT * FROM events WHERE position > $1 ORDER BY position LIMIT $2) AS wanted
    GROUP BY position / ${MOST_IN_ROW} HAVING max(position) <= $3 OR ${FLUSHED} ORDER BY position / ${MOST_IN_ROW}`,
};
const HEAD = {
  name: 'head',
  text: `SELECT head FROM (SELECT coalesce(max(position), 0) AS head FROM events) AS log WHERE head <= $1 OR ${FLUSHED}`,
};

export interface Reading extends Pick<EventStore, 'readStream' | 'readAll' | 'head'> {
  /** The log is on disk up to here, so far need no reader wait for it. */
  isOnDisk(position: bigint): void;
}

export function createReading({ database, background }: { database: Database; background: Database }): Reading {
  let onDisk = 0n;
  const isOnDisk = (position = 0n) => void (position > onDisk && (onDisk = position));

  async function read<Row extends object>(place: Database, statement: Statement, values: unknown[]): Promise<Row[]> {
    try {
      return await place.prepared<Row>(statement, [...values, String(onDisk)]);
    } catch (error) {
      throw toReadFailure(error);
    }
  }

  return {
    isOnDisk,
    async readStream(streamId) {
      requireStreamName(streamId);
      const rows = await read<{ event: EventRow }>(database, STREAM, [streamId]);
      const events = rows.map(({ event }) => toStoredEvent(event));
      isOnDisk(events.at(-1)?.globalPosition);
      return { version: events.at(-1)?.streamVersion ?? NO_STREAM, events };
    },
    async readAll(after, limit) {
      const rows = await read<{ events: EventRow[] }>(background, ALL, [String(after), limit]);
      const events = rows.flatMap((row) => row.events.map(toStoredEvent));
      isOnDisk(events.at(-1)?.globalPosition);
      return events;
    },
    async head() {
      const [row] = await read<{ head: string }>(background, HEAD, []);
      const head = BigInt(row?.head ?? 0);
      isOnDisk(head);
      return head;
    },
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

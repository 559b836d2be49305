import { randomBytes } from 'node:crypto';
import { createAppendedSignal } from './appended-signal';
import { toConflict } from './conflict';
import type { StoredEvent } from './event';
import { NO_STREAM } from './event-store';
import type { AppendResult, EventStore } from './event-store';
import { followLog } from './follow-log';
import { requireStreamName, writeDown } from './written-event';
import type { WrittenEvent } from './written-event';

interface Row extends WrittenEvent {
  streamId: string;
  version: number;
  position: bigint;
  recordedAt: number;
}

/** The twin for tests: the behaviour of the real stores, without their durability. */
export function createMemoryEventStore(): EventStore {
  const log: Row[] = []; // position n stands at n - 1
  const streams = new Map<string, Row[]>();
  const appended = createAppendedSignal();
  const closing = new AbortController();

  const store: EventStore = {
    storeId: `mem${randomBytes(2).toString('hex')}`,

    async append(streamId, expected, events) {
      const { events: written } = writeDown(streamId, expected, events);
      const stream = streams.get(streamId) ?? [];
      const actual = stream.length - 1;
      const first = stream.findIndex((row) => written.some((event) => event.eventId === row.eventId));
      if (first >= 0) {
        const before = stream.slice(first, first + written.length);
        const same = written.every((event, index) => event.eventId === before[index]?.eventId);
        if (same && (expected === 'any' || expected === first - 1)) return toResult(before, true);
      }
      if (first >= 0 || (expected !== 'any' && expected !== actual)) {
        throw toConflict({ streamId, expected }, actual);
      }
      const recordedAt = Date.now();
      const rows = written.map((event, index) => ({
        ...event,
        streamId,
        version: stream.length + index,
        position: BigInt(log.length + 1 + index),
        recordedAt,
      }));
      streams.set(streamId, [...stream, ...rows]);
      log.push(...rows);
      appended.notify();
      return toResult(rows, false);
    },

    async readStream(streamId) {
      requireStreamName(streamId);
      const rows = streams.get(streamId) ?? [];
      return { version: rows.at(-1)?.version ?? NO_STREAM, events: rows.map(toStoredEvent) };
    },
    readAll: (after, limit) => Promise.resolve(log.slice(Number(after), Number(after) + limit).map(toStoredEvent)),
    head: () => Promise.resolve(BigInt(log.length)),
    subscribeToAll: (after, signal) => followLog({ ...store, closing: closing.signal }, after, signal),
    onAppended: appended.onAppended,
    close() {
      closing.abort();
      return Promise.resolve();
    },
  };
  return store;
}

function toResult(rows: Row[], repeated: boolean): AppendResult {
  const last = rows.at(-1) as Row;
  return {
    version: last.version,
    position: last.position,
    positions: rows.map((row) => row.position),
    recordedAt: rows.map((row) => new Date(row.recordedAt)),
    repeated,
  };
}

function toStoredEvent(row: Row): StoredEvent {
  return {
    eventId: row.eventId,
    type: row.type,
    schemaVersion: row.schemaVersion,
    data: JSON.parse(row.data) as object,
    metadata: JSON.parse(row.metadata) as StoredEvent['metadata'],
    streamId: row.streamId,
    streamVersion: row.version,
    globalPosition: row.position,
    recordedAt: new Date(row.recordedAt),
  };
}

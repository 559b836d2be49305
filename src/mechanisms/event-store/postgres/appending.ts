import type { Lane, Statement } from '../../postgres';
import type { ExpectedVersion } from '../event-store';
import type { WrittenEvent } from '../written-event';
import { toAppendFailure } from './failures';

export interface Append {
  streamId: string;
  expected: ExpectedVersion;
  events: WrittenEvent[];
}

/** An append whose stream must be at an exact version. */
export type ExactAppend = Append & { expected: number };

export interface Appended {
  outcome: 'appended' | 'repeated';
  /** Version of the last of the events. */
  version: number;
  positions: bigint[];
  recordedAt: Date;
}
/** What became of an append; a conflict tells the stream's version now. */
export type AppendAnswer = Appended | { outcome: 'conflict'; version: number };

/** Both reject when the call fails: then none is stored, or all may be. */
export interface Appending {
  /**
   * Exact appends to different streams, in one call and one commit. Null: this one is not simply the next of its stream, so nothing was
   * written; `judge` tells what it is. InvalidEvent when one of them cannot be stored, or brings an id that its stream knows.
   */
  together(appends: ExactAppend[]): Promise<(Appended | null)[]>;
  /** Any append, alone. */
  judge(append: Append): Promise<AppendAnswer>;
}

const ONE: Statement = {
  name: 'append_event',
  text: 'SELECT at, stored_at FROM append_event($1, $2, $3, $4, $5, $6, $7)',
};
const MANY: Statement = {
  name: 'append_events_together',
  text: `SELECT positions::text[], targets_stored, stored_at
    FROM append_events_together($1::text[], $2::bigint[], $3::bigint[], $4::uuid[], $5::text[], $6::integer[], $7::json[], $8::json[])`,
};
const JUDGED: Statement = {
  name: 'append_events',
  text: `SELECT outcome, last_version, positions::text[], stored_at
    FROM append_events($1, $2, $3::uuid[], $4::text[], $5::integer[], $6::json[], $7::json[])`,
};
/** More than the wait for the lock. A frozen server would hold up the appends of the whole process for ever. */
const ANSWER_MS = 10_000;

export function createAppending(lane: Lane): Appending {
  async function call<Row extends object>(statement: Statement, values: unknown[]): Promise<Row> {
    try {
      const [row] = await lane.query<Row>(statement, values, ANSWER_MS);
      return row as Row; // each of the functions answers one
    } catch (error) {
      throw toAppendFailure(error);
    }
  }

  async function one({ streamId, expected }: ExactAppend, event: WrittenEvent): Promise<Appended | null> {
    const { eventId, type, schemaVersion, data, metadata } = event;
    const values = [streamId, expected, eventId, type, schemaVersion, data, metadata];
    const { at, stored_at } = await call<{ at: string | null; stored_at: Date }>(ONE, values);
    if (at === null) return null;
    return { outcome: 'appended', version: expected + 1, positions: [BigInt(at)], recordedAt: stored_at };
  }

  async function many(appends: ExactAppend[]): Promise<(Appended | null)[]> {
    const row = await call<ManyRow>(MANY, toArrays(appends));
    const positions = (row.positions ?? []).map(BigInt);
    const stored = row.targets_stored && new Set(row.targets_stored);
    let next = 0;
    return appends.map(({ streamId, expected, events }) => {
      if (stored && !stored.has(streamId)) return null;
      const mine = positions.slice(next, (next += events.length));
      const version = expected + events.length;
      return { outcome: 'appended', version, positions: mine, recordedAt: row.stored_at };
    });
  }

  return {
    async together(appends) {
      const [only, ...more] = appends;
      const [event, ...others] = only?.events ?? [];
      return only && event && more.length + others.length === 0 ? [await one(only, event)] : many(appends);
    },
    async judge({ streamId, expected, events }) {
      const exact = expected === 'any' ? null : expected;
      const row = await call<JudgedRow>(JUDGED, [streamId, exact, ...columnsOf(events)]);
      const { outcome, last_version, positions, stored_at } = row;
      const version = Number(last_version);
      if (outcome === 'conflict') return { outcome, version };
      return { outcome, version, positions: (positions ?? []).map(BigInt), recordedAt: stored_at as Date };
    },
  };
}

interface ManyRow {
  positions: string[] | null;
  targets_stored: string[] | null;
  stored_at: Date;
}

interface JudgedRow {
  outcome: AppendAnswer['outcome'];
  last_version: string;
  positions: string[] | null;
  stored_at: Date | null;
}

function toArrays(appends: ExactAppend[]): unknown[] {
  const rows = appends.flatMap(({ streamId, expected, events }) =>
    events.map((event, index) => ({ streamId, expected, version: expected + 1 + index, event })),
  );
  return [
    rows.map(({ streamId }) => streamId),
    rows.map(({ expected }) => expected),
    rows.map(({ version }) => version),
    ...columnsOf(rows.map(({ event }) => event)),
  ];
}

function columnsOf(events: WrittenEvent[]): unknown[] {
  return [
    events.map((event) => event.eventId),
    events.map((event) => event.type),
    events.map((event) => event.schemaVersion),
    events.map((event) => event.data),
    events.map((event) => event.metadata),
  ];
}

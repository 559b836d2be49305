import { InvalidEvent } from '../../errors';
import type { Lane, Statement } from '../../postgres';
import { binaryArray, plainArray } from '../../postgres';
import type { ExpectedVersion } from '../event-store';
import type { WrittenEvent } from '../written-event';
import { toAppendFailure } from './failures';
import type { Known } from './known-versions';
import { createKnownVersions } from './known-versions';

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

/** Of the order of all events. Who inserts takes it first, and it is released when the commit can be seen. */
const LOCK = 20010101;
const VERSION_OF = (stream: string) =>
  `coalesce((SELECT s.version FROM events s WHERE s.stream_id = ${stream} ORDER BY s.version DESC LIMIT 1), -1)`;

/** What the session of these statements needs: they are planned once, while the table is small, and wait for the lock no longer than this. */
export const SESSION = { lock_timeout: '5s', plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off' };

/**
 * Exact appends insert or do not; why not, they do not ask: JUDGED does. They take the lock before they draw a position, so positions are given out
 * in the order of commits, and those of one call without a gap. They look at the stream as it was before they waited for the lock: who was overtaken
 * meanwhile violates a constraint. Where the expected version is known to be there they do not look at all, and the constraint is the judge: a fifth
 * of the server's time for an append. What is known was learned in the session of that number, so it cannot be of another server.
 */
const ONE: Statement = {
  name: 'append_event',
  text: `INSERT INTO events (stream_id, version, event_id, type, schema_version, data, meta, recorded_at)
    SELECT $1::text, $2::bigint, $3::uuid, $4, $5::integer, $6::json, $7::json, clock_timestamp()
    WHERE pg_advisory_xact_lock(${LOCK}) IS NOT NULL
      AND ($8::integer = pg_backend_pid() OR $2 - 1 = ${VERSION_OF('$1')})
    RETURNING position, recorded_at`,
};
const MANY: Statement = {
  name: 'append_events_together',
  text: `WITH stored AS (
      INSERT INTO events (stream_id, version, event_id, type, schema_version, data, meta, recorded_at)
      SELECT g.target, g.version, g.id, g.type, g.schema_version, g.body, g.meta, (SELECT clock_timestamp())
      FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::uuid[], $5::text[], $6::integer[], $7::json[], $8::json[])
        AS g (target, expected, version, id, type, schema_version, body, meta)
      WHERE (SELECT pg_advisory_xact_lock(${LOCK})) IS NOT NULL
        AND (g.expected IS NULL AND (SELECT $9::integer = pg_backend_pid()) OR g.expected = ${VERSION_OF('g.target')})
      RETURNING position, stream_id, recorded_at
    )
    SELECT min(position) AS first, max(recorded_at) AS recorded_at,
      CASE WHEN count(*) < cardinality($1) THEN coalesce(array_agg(stream_id), '{}') END AS streams FROM stored`,
};
const JUDGED: Statement = {
  name: 'append_events',
  text: `SELECT outcome, last_version, positions::text[], stored_at
    FROM append_events($1, $2, $3::uuid[], $4::text[], $5::integer[], $6::json[], $7::json[])`,
};
/** More than the wait for the lock. A frozen server would hold up the appends of the whole process for ever. */
const ANSWER_MS = 10_000;

export function createAppending(lane: Lane): Appending {
  const knownVersions = createKnownVersions(lane);
  const knownNow = () => failingAsAppend(knownVersions());

  async function call<Row extends object | undefined>(statement: Statement, values: unknown[]): Promise<Row> {
    const [row] = await failingAsAppend(lane.query<Row & object>(statement, values, ANSWER_MS));
    return row as Row;
  }

  async function one(append: ExactAppend, event: WrittenEvent): Promise<Appended | null> {
    const { streamId, expected } = append;
    const known = await knownNow();
    const { eventId, type, schemaVersion, data, metadata } = event;
    const version = expected + 1;
    const pid = known.has(append) ? known.pid : null;
    const values = [streamId, version, eventId, type, schemaVersion, data, metadata, pid];
    const row = await call<{ position: string; recorded_at: Date } | undefined>(ONE, values);
    if (!row) return null;
    known.learn(streamId, version);
    return { outcome: 'appended', version, positions: [BigInt(row.position)], recordedAt: row.recorded_at };
  }

  async function many(appends: ExactAppend[]): Promise<(Appended | null)[]> {
    const known = await knownNow();
    const row = await call<ManyRow>(MANY, [...toArrays(appends, known), known.pid]).catch((error: unknown) => {
      if (error instanceof InvalidEvent && appends.some(known.has)) return null;
      throw error;
    });
    if (!row) {
      // Most likely another process went on with one of them: when all are looked up, that one does not hold up the others.
      for (const { streamId } of appends.filter(known.has)) known.forget(streamId);
      return many(appends);
    }
    const stored = row.streams && new Set(row.streams);
    let position = BigInt(row.first ?? 0);
    return appends.map(({ streamId, expected, events }) => {
      if (stored && !stored.has(streamId)) return null;
      const version = expected + events.length;
      known.learn(streamId, version);
      return { outcome: 'appended', version, positions: events.map(() => position++), recordedAt: row.recorded_at };
    });
  }

  return {
    async together(appends) {
      const [only, ...more] = appends;
      const [event, ...others] = only?.events ?? [];
      return only && event && more.length + others.length === 0 ? [await one(only, event)] : many(appends);
    },
    async judge({ streamId, expected, events }) {
      const known = await knownNow();
      const exact = expected === 'any' ? null : expected;
      const row = await call<JudgedRow>(JUDGED, [streamId, exact, ...columnsOf(events)]);
      const { outcome, last_version, positions, stored_at } = row;
      const version = Number(last_version);
      if (outcome !== 'repeated') known.learn(streamId, version);
      if (outcome === 'conflict') return { outcome, version };
      return { outcome, version, positions: (positions ?? []).map(BigInt), recordedAt: stored_at as Date };
    },
  };
}

function failingAsAppend<Answer>(answer: Promise<Answer>): Promise<Answer> {
  return answer.catch((error: unknown) => {
    throw toAppendFailure(error);
  });
}

interface ManyRow {
  /** Position of the first event that was stored. */
  first: string | null;
  /** Those of the events, when some were not stored. */
  streams: string[] | null;
  recorded_at: Date;
}

interface JudgedRow {
  outcome: AppendAnswer['outcome'];
  last_version: string;
  positions: string[] | null;
  stored_at: Date | null;
}

function toArrays(appends: ExactAppend[], known: Known): unknown[] {
  const rows = appends.flatMap((append) => {
    const { streamId, expected, events } = append;
    const asked = known.has(append) ? 'NULL' : expected;
    return events.map((event, index) => ({ streamId, asked, version: expected + 1 + index, event }));
  });
  return [
    binaryArray(
      'text',
      rows.map(({ streamId }) => streamId),
    ),
    plainArray(rows.map(({ asked }) => asked)),
    plainArray(rows.map(({ version }) => version)),
    ...columnsOf(rows.map(({ event }) => event)),
  ];
}

function columnsOf(events: WrittenEvent[]): unknown[] {
  return [
    plainArray(events.map((event) => event.eventId)),
    binaryArray(
      'text',
      events.map((event) => event.type),
    ),
    plainArray(events.map((event) => event.schemaVersion)),
    binaryArray(
      'json',
      events.map((event) => event.data),
    ),
    binaryArray(
      'json',
      events.map((event) => event.metadata),
    ),
  ];
}

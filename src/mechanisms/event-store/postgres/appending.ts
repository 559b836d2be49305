import { InvalidEvent } from '../../errors';
import type { Lane, Statement } from '../../postgres';
import { binaryArray, plainArray } from '../../postgres';
import type { Append, WrittenEvent } from '../written-event';
import { toAppendFailure } from './failures';
import type { Known } from './known-versions';
import { createKnownVersions } from './known-versions';

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
   * written; `judge` tells what it is. InvalidEvent when one of several cannot be stored, or brings an id that its stream knows.
   */
  together(appends: ExactAppend[]): Promise<(Appended | null)[]>;
  /** Any append, alone. */
  judge(append: Append): Promise<AppendAnswer>;
}

/** Of the order of all events. Who inserts takes it first, and it is released when the commit can be seen. */
const LOCK = 20010101;
const VERSION_OF = (stream: string) =>
  `coalesce((SELECT s.version FROM events s WHERE s.stream_id = ${stream} ORDER BY s.version DESC LIMIT 1), -1)`;

/**
 * What these statements need: they are planned once, while the table is small, and wait for the lock no longer than this. A frozen server would hold up
 * the appends of the whole process for ever: an answer may take a little more than the wait for the lock.
 */
export const LANE = {
  answerMs: 10_000,
  settings: { lock_timeout: '5s', plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off' },
};

/** Milliseconds, but for what a binary fraction loses. A number: the driver reads a date longer than the rest of a row. */
const RECORDED = `date_part('epoch', recorded_at) * 1000 AS recorded`;
const COLUMNS = 'stream_id, version, event_id, type, schema_version, data, meta, recorded_at';
const insertAll = (condition: string, more = { array: '', column: '' }) => `INSERT INTO events (${COLUMNS})
      SELECT g.target, g.version, g.id, g.type, g.schema_version, g.body, g.meta, (SELECT clock_timestamp())
      FROM unnest($1::text[], $2::bigint[], $3::uuid[], $4::text[], $5::integer[], $6::json[], $7::json[]${more.array})
        AS g (target, version, id, type, schema_version, body, meta${more.column})
      WHERE (SELECT pg_advisory_xact_lock(${LOCK})) IS NOT NULL AND ${condition}`;
/**
 * Exact appends insert or do not; why not, they do not ask: JUDGED does. They take the lock before they draw a position, so positions are given out
 * in the order of commits, and those of one call without a gap.
 *
 * Where all expected versions are known to be there nobody looks, and the constraint is the judge of all together. What is known was learned in the
 * session of that number, so it cannot be of another server. As few nodes of a plan as can be: a look that is not taken would be a tenth of the
 * server's time for one, and one row that tells of all a sixth of that for eight.
 */
const ONE: Statement = {
  name: 'append_event',
  text: `INSERT INTO events (${COLUMNS})
    SELECT $1::text, $2::bigint, $3::uuid, $4, $5::integer, $6::json, $7::json, clock_timestamp()
    WHERE pg_advisory_xact_lock(${LOCK}) IS NOT NULL AND $8::integer = pg_backend_pid()
    RETURNING position, ${RECORDED}`,
};
const ALL: Statement = {
  name: 'append_events_at_once',
  text: `${insertAll('(SELECT $8::integer = pg_backend_pid())')}
    RETURNING position, ${RECORDED}`,
};
/** Each append for itself, by its stream as it was before the wait for the lock: who was overtaken meanwhile violates a constraint. */
const EACH: Statement = {
  name: 'append_events_each',
  text: `WITH stored AS (
      ${insertAll(`g.expected = ${VERSION_OF('g.target')}`, { array: ', $8::bigint[]', column: ', expected' })}
      RETURNING position, stream_id, ${RECORDED}
    )
    SELECT min(position) AS position, max(recorded) AS recorded,
      CASE WHEN count(*) < cardinality($1) THEN coalesce(array_agg(stream_id), '{}') END AS streams FROM stored`,
};
const JUDGED: Statement = {
  name: 'append_events',
  text: `SELECT outcome, last_version, positions::text[], stored_at
    FROM append_events($1, $2, $3::uuid[], $4::text[], $5::integer[], $6::json[], $7::json[])`,
};

export function createAppending(lane: Lane): Appending {
  const knownIn = createKnownVersions();
  const knownNow = async () => knownIn(await failingAsAppend(lane.session()));

  async function call<Row extends object | undefined>(statement: Statement, values: unknown[]): Promise<Row> {
    const [row] = await failingAsAppend(lane.query<Row & object>(statement, values));
    return row as Row;
  }

  /** Undefined: none is stored, for not all of them are simply the next of their streams. */
  async function atOnce(rows: Row[], known: Known): Promise<Stored | undefined> {
    const [first] = rows;
    try {
      const stored = await (first && rows.length === 1
        ? call<Stored | undefined>(ONE, [...valuesOf(first), known.pid])
        : call<Stored | undefined>(ALL, [...columnsOf(rows), known.pid]));
      if (!stored) known.disown();
      return stored;
    } catch (error) {
      if (error instanceof InvalidEvent) return undefined;
      throw error;
    }
  }

  function each(rows: Row[]): Promise<Stored> {
    return call(EACH, [...columnsOf(rows), plainArray(rows.map(({ expected }) => expected))]);
  }

  return {
    async together(appends) {
      const known = await knownNow();
      const rows = appends.flatMap(toRows);
      const areKnown = appends.every(known.has);
      const all = areKnown ? await atOnce(rows, known) : undefined;
      if (areKnown && !all && appends.length === 1) return [null];
      // Most likely another process went on with one of the streams, which must not hold up the others.
      const { position: first, recorded, streams } = all ?? (await each(rows));
      const recordedAt = new Date(Math.round(recorded ?? 0));
      const stored = streams && new Set(streams);
      let position = BigInt(first ?? 0);
      return appends.map(({ streamId, expected, events }) => {
        if (stored && !stored.has(streamId)) return null;
        const version = expected + events.length;
        known.learn(streamId, version);
        return { outcome: 'appended', version, positions: events.map(() => position++), recordedAt };
      });
    },
    async judge({ streamId, expected, events }) {
      const known = await knownNow();
      const exact = expected === 'any' ? null : expected;
      const row = await call<JudgedRow>(JUDGED, [streamId, exact, ...arraysOf(events)]);
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

interface Stored {
  /** Of the first event that was stored. */
  position: string | null;
  /** Those of the events, when some were not stored. */
  streams?: string[] | null;
  /** As RECORDED. */
  recorded: number | null;
}

interface JudgedRow {
  outcome: AppendAnswer['outcome'];
  last_version: string;
  positions: string[] | null;
  stored_at: Date | null;
}

interface Row {
  streamId: string;
  expected: number;
  version: number;
  event: WrittenEvent;
}

function toRows({ streamId, expected, events }: ExactAppend): Row[] {
  return events.map((event, index) => ({ streamId, expected, version: expected + 1 + index, event }));
}

function valuesOf({ streamId, version, event }: Row): unknown[] {
  const { eventId, type, schemaVersion, data, metadata } = event;
  return [streamId, version, eventId, type, schemaVersion, data, metadata];
}

function columnsOf(rows: Row[]): unknown[] {
  return [
    binaryArray(
      'text',
      rows.map(({ streamId }) => streamId),
    ),
    plainArray(rows.map(({ version }) => version)),
    ...arraysOf(rows.map(({ event }) => event)),
  ];
}

function arraysOf(events: WrittenEvent[]): unknown[] {
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

import { InvalidEvent } from '../../errors';
import type { Lane, Statement } from '../../postgres';
import { binaryArray, plainArray } from '../../postgres';
import type { Append, WrittenEvent } from '../written-event';
import { ALL, ALL_UNFLUSHED, EACH, FLUSH, JUDGED, ONE } from './append-statements';
import { toAppendFailure, toUnknownOutcome } from './failures';
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

/** `othersAppend`: other processes are appending just now. */
export function createAppending(lane: Lane, othersAppend: () => boolean): Appending {
  const knownIn = createKnownVersions();
  const knownNow = async () => knownIn(await failingAsAppend(lane.session()));

  async function call<Row extends object | undefined>(statement: Statement, values: unknown[]): Promise<Row> {
    const [row] = await failingAsAppend(lane.query<Row & object>(statement, values));
    return row as Row;
  }

  function insert(rows: Row[], { pid }: Known): Promise<Stored | undefined> {
    const [first] = rows;
    return first && rows.length === 1 ? call(ONE, [...valuesOf(first), pid]) : call(ALL, [...columnsOf(rows), pid]);
  }

  /** Undefined: none is stored, for not all of them are simply the next of their streams. */
  async function atOnce(rows: Row[], known: Known): Promise<Stored | undefined> {
    try {
      const stored = await (othersAppend() ? insertUnflushed(lane, rows, known) : insert(rows, known));
      if (!stored) known.disown();
      return stored;
    } catch (error) {
      if (error instanceof InvalidEvent) return undefined;
      throw error;
    }
  }

  return {
    async together(appends) {
      const known = await knownNow();
      const rows = appends.flatMap(toRows);
      const areKnown = appends.every(known.has);
      const all = areKnown ? await atOnce(rows, known) : undefined;
      if (areKnown && !all && appends.length === 1) return [null];
      // Most likely another process went on with one of the streams, which must not hold up the others.
      const { position: first, recorded, streams } = all ?? (await call<Stored>(EACH, eachOf(rows)));
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

/** Other processes need not wait for this one's disk. Both statements are sent in one turn, so on one connection. */
async function insertUnflushed(lane: Lane, rows: Row[], { pid }: Known): Promise<Stored | undefined> {
  let isInserted = false;
  const inserting = lane.query<Stored>(ALL_UNFLUSHED, [...columnsOf(rows), pid]).finally(() => (isInserted = true));
  const flushing = lane.query(FLUSH, []).then(() => {
    if (!isInserted) throw new Error('flushed too early, for the insert had to be sent again');
  });
  const [inserted, flushed] = await Promise.allSettled([failingAsAppend(inserting), flushing]);
  if (inserted.status === 'rejected') throw inserted.reason;
  if (flushed.status === 'rejected') throw toUnknownOutcome(flushed.reason);
  return inserted.value[0];
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

function eachOf(rows: Row[]): unknown[] {
  return [...columnsOf(rows), plainArray(rows.map(({ expected }) => expected))];
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

import type { Database } from '../../postgres';
import type { ExpectedVersion } from '../event-store';
import type { WrittenEvent } from '../written-event';
import { toAppendFailure } from './failures';

export interface Append {
  streamId: string;
  expected: ExpectedVersion;
  events: WrittenEvent[];
}

export interface AppendRow {
  outcome: 'appended' | 'repeated' | 'conflict';
  last_version: string;
  positions: string[] | null;
  stored_at: Date | null;
}

/** Appends to different streams, in one call and one commit; a row for each, in their order. Rejects when the call fails: then none is stored, or all may be. */
export type SendAppends = (appends: Append[]) => Promise<AppendRow[]>;

const COLUMNS = 'outcome, last_version, positions::text[], stored_at';
const ONE = `SELECT ${COLUMNS}
  FROM append_events($1, $2, $3::uuid[], $4::text[], $5::integer[], $6::json[], $7::json[])`;
const MANY = `SELECT ${COLUMNS}
  FROM append_events_batch($1::text[], $2::bigint[], $3::integer[], $4::uuid[], $5::text[], $6::integer[], $7::json[], $8::json[])`;
/** More than the wait for the lock. A frozen server would hold up the appends of the whole process for ever. */
const ANSWER_MS = 10_000;

export function createAppending(database: Database): SendAppends {
  return async (appends) => {
    const [only, ...more] = appends as [Append, ...Append[]];
    const answer =
      more.length === 0
        ? database.query<AppendRow>(ONE, [only.streamId, exact(only), ...columnsOf(only.events)])
        : database.query<AppendRow>(MANY, toArrays(appends));
    try {
      return await inTime(answer);
    } catch (error) {
      throw toAppendFailure(error);
    }
  };
}

function toArrays(appends: Append[]): unknown[] {
  return [
    appends.map((append) => append.streamId),
    appends.map(exact),
    appends.flatMap((append, index) => append.events.map(() => index + 1)),
    ...columnsOf(appends.flatMap((append) => append.events)),
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

function exact({ expected }: Append): number | null {
  return expected === 'any' ? null : expected;
}

async function inTime<Answer>(answer: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`none within ${ANSWER_MS / 1_000} s`)), ANSWER_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

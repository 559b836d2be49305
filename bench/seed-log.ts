import type { PostgresDatabase } from '../src/mechanisms/postgres';
import type { Story } from './seed-facts';
import { requestStory, statusChange } from './seed-facts';

/** Requests whose facts come in turn, as those of people who ask at the same time do. */
const REQUESTS_AT_ONCE = 1_000;
/** Changes of services between them, of so many services. */
const CHANGES = 500;
const SERVICES = 200;
const USERS = 50;

interface LogRow {
  stream_id: string;
  version: number;
  event_id: string;
  type: string;
  schema_version: number;
  data: object;
  meta: object;
}

const rowsOf = ({ streamId, events }: Story, firstVersion = 0): LogRow[] =>
  events.map(({ eventId, type, schemaVersion, data, metadata }, index) => ({
    stream_id: streamId,
    version: firstVersion + index,
    event_id: eventId,
    type,
    schema_version: schemaVersion,
    data,
    meta: metadata,
  }));

/** The next part of the log: all first facts of its requests, then all second ones, and so on; then what services did. */
function part(n: number): LogRow[] {
  const requests = Array.from({ length: REQUESTS_AT_ONCE }, (_, index) =>
    requestStory(n * REQUESTS_AT_ONCE + index, USERS),
  );
  const changes = Array.from({ length: CHANGES }, (_, index) => n * CHANGES + index).flatMap((change) =>
    rowsOf(statusChange(change % SERVICES, Math.floor(change / SERVICES)), Math.floor(change / SERVICES)),
  );
  const byVersion = requests.flatMap((story) => rowsOf(story)).sort((a, b) => a.version - b.version);
  return [...byVersion, ...changes];
}

/** Puts at least so many events into the log, as its owner and past the event store: appending a million would take longer than what is measured. */
export async function seedLog(owner: PostgresDatabase, events: number): Promise<number> {
  let written = 0;
  for (let n = 0; written < events; n++) {
    const rows = part(n);
    await owner.query(
      `insert into events (stream_id, version, event_id, type, schema_version, data, meta, recorded_at)
       select stream_id, version, event_id, type, schema_version, data, meta, now() from json_populate_recordset(null::events, $1)`,
      [JSON.stringify(rows)],
    );
    written += rows.length;
  }
  await owner.query('vacuum analyze events');
  return written;
}

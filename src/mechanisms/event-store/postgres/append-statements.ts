import type { Statement } from '../../postgres';
import { FLUSHED } from './flushed';

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
export const ONE: Statement = {
  name: 'append_event',
  text: `INSERT INTO events (${COLUMNS})
    SELECT $1::text, $2::bigint, $3::uuid, $4, $5::integer, $6::json, $7::json, clock_timestamp()
    WHERE pg_advisory_xact_lock(${LOCK}) IS NOT NULL AND $8::integer = pg_backend_pid()
    RETURNING position, ${RECORDED}`,
};
const OURS = '(SELECT $8::integer = pg_backend_pid())';
export const ALL: Statement = {
  name: 'append_events_at_once',
  text: `${insertAll(OURS)}
    RETURNING position, ${RECORDED}`,
};
/**
 * The same, but that the commit waits for no disk, so that the lock is free for other processes: FLUSH waits, behind it on the same connection. Since the session
 * is ours, no pooler can give FLUSH to a server that came up after a crash, which would have nothing to flush.
 */
export const ALL_UNFLUSHED: Statement = {
  name: 'append_events_unflushed',
  text: `${insertAll(`(SELECT set_config('synchronous_commit', 'off', true)) IS NOT NULL AND ${OURS}`)}
    RETURNING position, ${RECORDED}`,
};
export const FLUSH: Statement = { name: 'flush_events', text: `SELECT ${FLUSHED}` };
/** Each append for itself, by its stream as it was before the wait for the lock: who was overtaken meanwhile violates a constraint. */
export const EACH: Statement = {
  name: 'append_events_each',
  text: `WITH stored AS (
      ${insertAll(`g.expected = ${VERSION_OF('g.target')}`, { array: ', $8::bigint[]', column: ', expected' })}
      RETURNING position, stream_id, ${RECORDED}
    )
    SELECT min(position) AS position, max(recorded) AS recorded,
      CASE WHEN count(*) < cardinality($1) THEN coalesce(array_agg(stream_id), '{}') END AS streams FROM stored`,
};
/** A repeat writes nothing, and its commit would wait for no disk: what it repeats may not be there yet. */
export const JUDGED: Statement = {
  name: 'append_events',
  text: `SELECT outcome, last_version, positions::text[], stored_at
    FROM append_events($1, $2, $3::uuid[], $4::text[], $5::integer[], $6::json[], $7::json[])
    WHERE outcome <> 'repeated' OR ${FLUSHED}`,
};

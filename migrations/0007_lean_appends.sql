-- Up Migration

-- The version of a stream is that of its last event: under the lock nothing can change between a look at it and an insert, and
-- UNIQUE (stream_id, version) holds whoever forgets the lock. A row per stream, written by every append, was a fifth of its time.

-- What decides about an append that is not simply the next of its stream: a repeat, a conflict, `any`. As before but for `streams`.
CREATE OR REPLACE FUNCTION append_events(
  target text, expected_version bigint,
  ids uuid[], types text[], schema_versions integer[], bodies json[], metas json[]
)
RETURNS TABLE (outcome text, last_version bigint, positions bigint[], stored_at timestamptz)
LANGUAGE plpgsql VOLATILE
SET lock_timeout = '5s'
AS $$
DECLARE
  now_at bigint;
  stamp timestamptz(3);
  known record;
BEGIN
  -- First, and as a statement of its own: positions are given out in the order of commits, and what follows sees all that committed
  -- before (one statement for everything would decide on a snapshot from before the wait). Released after the commit is visible.
  PERFORM pg_advisory_xact_lock(20010101);
  stamp := clock_timestamp();
  now_at := coalesce((SELECT e.version FROM events e WHERE e.stream_id = target ORDER BY e.version DESC LIMIT 1), -1);

  SELECT array_agg(e.event_id ORDER BY e.version) AS ids, array_agg(e.position ORDER BY e.version) AS positions,
         min(e.version) AS first_version, max(e.version) AS last_version, max(e.recorded_at) AS recorded_at
    INTO known
    FROM events e
   WHERE e.stream_id = target AND e.event_id = ANY (append_events.ids);

  IF known.ids = append_events.ids
     AND known.last_version - known.first_version = cardinality(append_events.ids) - 1
     AND known.first_version - 1 = coalesce(expected_version, known.first_version - 1) THEN
    RETURN QUERY SELECT 'repeated', known.last_version, known.positions, known.recorded_at;
  ELSIF known.ids IS NOT NULL OR now_at <> expected_version THEN
    RETURN QUERY SELECT 'conflict', now_at, NULL::bigint[], NULL::timestamptz;
  ELSE
    RETURN QUERY
      WITH stored AS (
        INSERT INTO events AS e (stream_id, version, event_id, type, schema_version, data, meta, recorded_at)
        SELECT target, now_at + given.n, given.id, given.type, given.schema_version, given.body, given.meta, stamp
          FROM unnest(append_events.ids, types, schema_versions, bodies, metas)
               WITH ORDINALITY AS given (id, type, schema_version, body, meta, n)
         ORDER BY given.n
        RETURNING e.position, e.version
      )
      SELECT 'appended', max(stored.version), array_agg(stored.position ORDER BY stored.version), stamp::timestamptz FROM stored;
  END IF;
END
$$;

-- The fast way of an append that is simply the next of its stream, and of one event. It inserts or does not (`at` is null); why not, it does
-- not ask: append_events does. An id that its stream knows already violates a constraint.
CREATE FUNCTION append_event(
  target text, expected_version bigint, id uuid, event_type text, schema_version integer, body json, meta json,
  OUT at bigint, OUT stored_at timestamptz
)
LANGUAGE plpgsql VOLATILE
SET lock_timeout = '5s'
SET plan_cache_mode = force_generic_plan -- planning would cost more than the work
SET enable_seqscan = off -- the plan is kept while the table grows
AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(20010101); -- first, and as a statement of its own: see append_events
  stored_at := clock_timestamp()::timestamptz(3);
  INSERT INTO events AS e (stream_id, version, event_id, type, schema_version, data, meta, recorded_at)
  SELECT target, expected_version + 1, id, event_type, append_event.schema_version, body, append_event.meta, stored_at
   WHERE expected_version = coalesce((SELECT s.version FROM events s WHERE s.stream_id = target ORDER BY s.version DESC LIMIT 1), -1)
  RETURNING e.position INTO at;
END
$$;

-- The same for many appends and their events, a row of the arrays for each event: `expected_versions` is that of its append, which is to a stream
-- that no other append of the call names. `positions` are those of the events that were inserted, in their order; `targets_stored` names
-- their streams when some were not.
DROP FUNCTION append_events_batch;
CREATE FUNCTION append_events_together(
  targets text[], expected_versions bigint[], versions bigint[],
  ids uuid[], types text[], schema_versions integer[], bodies json[], metas json[],
  OUT positions bigint[], OUT targets_stored text[], OUT stored_at timestamptz
)
LANGUAGE plpgsql VOLATILE
SET lock_timeout = '5s'
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(20010101); -- first, and as a statement of its own: see append_events
  stored_at := clock_timestamp()::timestamptz(3);
  WITH stored AS (
    INSERT INTO events AS e (stream_id, version, event_id, type, schema_version, data, meta, recorded_at)
    SELECT g.target, g.version, g.id, g.type, g.schema_version, g.body, g.meta, stored_at
      FROM unnest(targets, expected_versions, versions, ids, types, schema_versions, bodies, metas)
           AS g (target, expected, version, id, type, schema_version, body, meta)
     WHERE g.expected = coalesce((SELECT s.version FROM events s WHERE s.stream_id = g.target ORDER BY s.version DESC LIMIT 1), -1)
    RETURNING e.position
  )
  SELECT array_agg(s.position ORDER BY s.position) INTO positions FROM stored s;
  IF cardinality(ids) > coalesce(cardinality(positions), 0) THEN
    targets_stored := ARRAY(SELECT e.stream_id FROM events e WHERE e.position = ANY (positions) ORDER BY e.position);
  END IF;
END
$$;

DROP TABLE streams;

REVOKE EXECUTE ON FUNCTION append_event, append_events_together FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_event, append_events_together TO medianest_app;

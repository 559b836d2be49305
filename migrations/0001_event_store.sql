-- Up Migration

-- Which store this is: a part of every position. Made with the store; a restore or an import makes another.
CREATE TABLE event_store (
  id text NOT NULL CHECK (id ~ '^pg[0-9a-f]{4}$')
);
CREATE UNIQUE INDEX event_store_has_one_row ON event_store ((true));
INSERT INTO event_store (id) VALUES ('pg' || substr(md5(gen_random_uuid()::text), 1, 4));

-- One row per stream: the guard of its expected versions. Updated by every append, hence room for it in the page.
CREATE TABLE streams (
  stream_id text COLLATE "C" PRIMARY KEY,
  version   bigint NOT NULL CHECK (version >= 0)
) WITH (fillfactor = 80);

-- json, not jsonb: it keeps the exact text, \u0000 included.
CREATE TABLE events (
  position       bigint GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY,
  stream_id      text COLLATE "C" NOT NULL,
  version        bigint NOT NULL CHECK (version >= 0),
  event_id       uuid NOT NULL,
  type           text NOT NULL,
  schema_version integer NOT NULL CHECK (schema_version >= 1),
  data           json NOT NULL,
  meta           json NOT NULL,
  recorded_at    timestamptz(3) NOT NULL,
  UNIQUE (stream_id, version),
  UNIQUE (stream_id, event_id)
);

-- Appends all or nothing; expected_version is exact (-1: no such stream yet) or null for any.
-- outcome: 'appended'; 'repeated' (the very same append was there: its first answer, nothing written); 'conflict' (last_version is the stream's
-- version now, -1 when it does not exist). A conflict is a row, not an exception, so that it costs no aborted transaction.
CREATE FUNCTION append_events(
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
  now_at := coalesce((SELECT s.version FROM streams s WHERE s.stream_id = target), -1);

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
    INSERT INTO streams AS s (stream_id, version) VALUES (target, cardinality(append_events.ids) - 1)
    ON CONFLICT (stream_id) DO UPDATE SET version = s.version + cardinality(append_events.ids);

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

-- What is stored stays as it was: the serving role may add, never change or take away.
REVOKE EXECUTE ON FUNCTION append_events FROM PUBLIC;
GRANT SELECT ON event_store TO medianest_app;
GRANT SELECT, INSERT ON events TO medianest_app;
GRANT SELECT, INSERT, UPDATE ON streams TO medianest_app;
GRANT EXECUTE ON FUNCTION append_events TO medianest_app;

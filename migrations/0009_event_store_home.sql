-- Up Migration

-- In which database of which server the store was made, or last found itself to be a copy. Null: not looked at yet.
ALTER TABLE event_store ADD COLUMN home text;

-- To be called before the store is used: makes whole what copying tables leaves behind, and gives a copy an id of its own, so that positions of the
-- original are refused instead of misread when both go on. Answers the new id, or null. Checkpoints came with the events they stand at and stay
-- good. A standby that was promoted is no copy: it has its server's identifier.
CREATE FUNCTION settle_event_store() RETURNS text
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  head bigint;
  here text;
  server text;
  store record;
  fresh text;
BEGIN
  PERFORM pg_advisory_xact_lock(20010101); -- no append meanwhile
  head := (SELECT coalesce(max(position), 0) FROM events);
  -- COPY brings positions and leaves the sequence behind.
  IF head > coalesce((SELECT last_value FROM pg_sequences WHERE format('%I.%I', schemaname, sequencename)::regclass
                       = pg_get_serial_sequence('events', 'position')::regclass), 0) THEN
    PERFORM setval(pg_get_serial_sequence('events', 'position'), head);
  END IF;

  BEGIN
    server := (SELECT system_identifier FROM pg_control_system());
  EXCEPTION WHEN insufficient_privilege THEN
    server := 'unknown';
  END;
  here := format('%s/%s', server, (SELECT oid FROM pg_database WHERE datname = current_database()));
  SELECT * INTO STRICT store FROM event_store FOR UPDATE;
  IF store.home IS NOT DISTINCT FROM here THEN
    RETURN NULL;
  END IF;
  UPDATE event_store SET home = here;
  IF store.home IS NULL THEN
    RETURN NULL;
  END IF;
  LOOP
    fresh := 'pg' || substr(md5(gen_random_uuid()::text), 1, 4);
    EXIT WHEN fresh <> store.id;
  END LOOP;
  UPDATE event_store SET id = fresh;
  UPDATE projection_checkpoint SET store_id = fresh WHERE store_id = store.id AND position <= head;
  RETURN fresh;
END
$$;

REVOKE EXECUTE ON FUNCTION settle_event_store FROM PUBLIC;

table public.board_pulse
  column connection_id text not null
  column seen_at timestamp with time zone not null
  constraint board_pulse_pkey PRIMARY KEY (connection_id)
  grant delete, insert, select, update to medianest_app
table public.change_feed
  column projection text not null
  column "position" bigint not null
  column n integer not null
  column kind text not null
  column subjects text[] not null
  column payload json not null
  column created_at timestamp with time zone not null default now()
  constraint change_feed_pkey PRIMARY KEY (projection, "position", n)
  grant delete, insert, select, update to medianest_app
table public.connection_health
  column connection_id text not null
  column kind text not null
  column simulated boolean not null
  column state text not null
  column since timestamp with time zone not null
  column checked_at timestamp with time zone not null
  column flavour text
  column version text
  column problem json
  constraint connection_health_pkey PRIMARY KEY (connection_id)
  grant delete, insert, select, update to medianest_app
table public.event_store
  column id text not null
  column home text
  constraint event_store_id_check CHECK ((id ~ '^pg[0-9a-f]{4}$'::text))
  CREATE UNIQUE INDEX event_store_has_one_row ON public.event_store USING btree ((true))
  grant select to medianest_app
table public.events
  column "position" bigint not null generated always as identity
  column stream_id text collate "C" not null
  column version bigint not null
  column event_id uuid not null
  column type text not null
  column schema_version integer not null
  column data json not null
  column meta json not null
  column recorded_at timestamp(3) with time zone not null
  constraint events_pkey PRIMARY KEY ("position")
  constraint events_stream_id_event_id_key UNIQUE (stream_id, event_id)
  constraint events_stream_id_version_key UNIQUE (stream_id, version)
  grant insert, select to medianest_app
sequence public.events_position_seq
table public.feed_mark
  column projection text not null
  column trimmed_to bigint not null
  constraint feed_mark_pkey PRIMARY KEY (projection)
  grant insert, select, update to medianest_app
table public.handover_turn
  column connection_id text not null
  column next_at timestamp with time zone not null
  column free_at timestamp with time zone not null default now()
  constraint handover_turn_pkey PRIMARY KEY (connection_id)
  grant insert, select, update to medianest_app
table public.idempotency_key
  column actor_id text not null
  column mutation text not null
  column key text not null
  column body_hash text not null
  column created_at timestamp with time zone not null default now()
  constraint idempotency_key_pkey PRIMARY KEY (actor_id, mutation, key)
  grant insert, select, update to medianest_app
table public.lease
  column name text not null
  column holder text not null
  column epoch bigint not null
  column expires_at timestamp with time zone not null
  column worker_pool_id text
  constraint lease_pkey PRIMARY KEY (name)
  grant delete, insert, select, update to medianest_app
  CREATE TRIGGER begin_rebuilds_anew AFTER INSERT ON public.pgmigrations FOR EACH STATEMENT EXECUTE FUNCTION begin_rebuilds_anew()
table public.projection_checkpoint with (fillfactor=50)
  column name text not null
  column version integer not null
  column "position" bigint not null
  column store_id text not null
  column epoch bigint not null
  column state text not null
  column error text
  column updated_at timestamp with time zone not null default now()
  column parked jsonb not null default '{}'::jsonb
  column retry_parked boolean not null default false
  constraint projection_checkpoint_pkey PRIMARY KEY (name)
  constraint projection_checkpoint_state_check CHECK ((state = ANY (ARRAY['LIVE'::text, 'CATCHING_UP'::text, 'STOPPED'::text])))
  grant delete, insert, select, update to medianest_app
table public.request_stats
  column status text not null
  column count bigint not null
  constraint request_stats_pkey PRIMARY KEY (status)
  grant delete, insert, select, update to medianest_app
table public.request_timeline
  column request_id text not null
  column "position" bigint not null
  column type text not null
  column at timestamp with time zone not null
  column actor json not null
  column data json not null
  constraint request_timeline_pkey PRIMARY KEY (request_id, "position")
  grant delete, insert, select, update to medianest_app
table public.request_view
  column request_id text not null
  column stream_id text not null
  column media_type text not null
  column tmdb_id integer not null
  column quality text not null
  column status text not null
  column is_open boolean not null
  column handover_state text not null
  column connection_id text
  column requester_id text not null
  column participant_ids text[] not null
  column requested_at timestamp with time zone not null
  column updated_at timestamp with time zone not null
  column queued_at timestamp with time zone
  column due_at timestamp with time zone
  column has_duplicate boolean not null
  column "position" bigint not null
  column state json not null
  constraint request_view_pkey PRIMARY KEY (request_id)
  CREATE INDEX request_view_duplicates ON public.request_view USING btree (request_id) WHERE has_duplicate
  CREATE INDEX request_view_linked ON public.request_view USING btree (connection_id) WHERE ((handover_state = 'LINKED'::text) AND is_open)
  CREATE INDEX request_view_participants ON public.request_view USING gin (participant_ids)
  CREATE INDEX request_view_requested ON public.request_view USING btree (requested_at, request_id)
  CREATE INDEX request_view_status_requested ON public.request_view USING btree (status, requested_at, request_id)
  CREATE INDEX request_view_status_updated ON public.request_view USING btree (status, updated_at DESC, request_id DESC)
  CREATE INDEX request_view_title ON public.request_view USING btree (media_type, tmdb_id, quality)
  CREATE INDEX request_view_updated ON public.request_view USING btree (updated_at DESC, request_id DESC)
  CREATE INDEX request_view_waiting ON public.request_view USING btree (connection_id, queued_at, request_id) WHERE (handover_state = ANY (ARRAY['QUEUED'::text, 'ATTEMPTING'::text, 'UNCERTAIN'::text]))
  grant delete, insert, select, update to medianest_app
table public.service_pulse
  column service_id text not null
  column checked_at timestamp with time zone not null
  column ping_ms double precision
  constraint service_pulse_pkey PRIMARY KEY (service_id)
  grant delete, insert, select, update to medianest_app
table public.service_uptime
  column service_id text not null
  column tier text not null
  column starts_at timestamp with time zone not null
  column up integer not null
  column down integer not null
  column pending integer not null
  column maintenance integer not null
  column ping_sum double precision not null
  column pings integer not null
  constraint service_uptime_pkey PRIMARY KEY (service_id, tier, starts_at)
  constraint service_uptime_tier_check CHECK ((tier = ANY (ARRAY['MINUTE'::text, 'QUARTER'::text, 'DAY'::text])))
  CREATE INDEX service_uptime_age ON public.service_uptime USING btree (tier, starts_at)
  grant delete, insert, select, update to medianest_app
table public.service_view
  column service_id text not null
  column connection_id text not null
  column name text not null
  column status text not null
  column since timestamp with time zone
  column retired boolean not null
  column lost_at timestamp with time zone
  column "position" bigint not null
  column state json not null
  constraint service_view_pkey PRIMARY KEY (service_id)
  CREATE INDEX service_view_connection ON public.service_view USING btree (connection_id)
  CREATE INDEX service_view_name ON public.service_view USING btree (name COLLATE "C", service_id) WHERE (NOT retired)
  grant delete, insert, select, update to medianest_app
table public.sign_in_code
  column code_hash bytea not null
  column account_id text not null
  column expires_at timestamp with time zone not null
  column used_at timestamp with time zone
  constraint sign_in_code_code_hash_check CHECK ((length(code_hash) = 32))
  constraint sign_in_code_pkey PRIMARY KEY (code_hash)
  grant delete, insert, select, update to medianest_app
table public.title_cache
  column media_type text not null
  column tmdb_id integer not null
  column title text
  column year integer
  column overview text
  column poster_path text
  column availability text
  column availability_4k text
  column plex_url text
  column observed_at timestamp with time zone not null
  constraint title_cache_pkey PRIMARY KEY (media_type, tmdb_id)
  grant delete, insert, select, update to medianest_app
CREATE OR REPLACE FUNCTION public.append_events(target text, expected_version bigint, ids uuid[], types text[], schema_versions integer[], bodies json[], metas json[])
 RETURNS TABLE(outcome text, last_version bigint, positions bigint[], stored_at timestamp with time zone)
 LANGUAGE plpgsql
 SET lock_timeout TO '5s'
AS $function$
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
$function$
grant execute on function public.append_events(target text, expected_version bigint, ids uuid[], types text[], schema_versions integer[], bodies json[], metas json[]) to medianest_app
CREATE OR REPLACE FUNCTION public.begin_rebuild(tables text[])
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  source record;
  part record;
begin
  for source in
    select c.oid, quote_ident(c.relname) as name, c.relacl, c.relowner,
           coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', '') as options
      from unnest(tables) as wanted join pg_class c on c.oid = public.rebuildable(wanted)
  loop
    execute format('drop table if exists medianest_rebuild.%s', source.name);
    execute format('create table medianest_rebuild.%1$s (like public.%1$s including all excluding indexes)%2$s', source.name, source.options);
    for part in select conname, pg_get_constraintdef(oid) as definition from pg_constraint where conrelid = source.oid and contype in ('p', 'u')
    loop
      execute format('alter table medianest_rebuild.%s add constraint %I %s', source.name, part.conname, part.definition);
    end loop;
    for part in
      select privilege_type, case grantee when 0 then 'public' else grantee::regrole::text end as grantee
        from aclexplode(source.relacl) where grantee <> source.relowner
    loop
      execute format('grant %s on medianest_rebuild.%s to %s', part.privilege_type, source.name, part.grantee);
    end loop;
  end loop;
end
$function$
grant execute on function public.begin_rebuild(tables text[]) to medianest_app
CREATE OR REPLACE FUNCTION public.begin_rebuilds_anew()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  update public.projection_checkpoint set version = 0 where name like 'rebuild:%';
  return null;
end
$function$
grant execute on function public.begin_rebuilds_anew() to public
CREATE OR REPLACE FUNCTION public.index_rebuild(tables text[])
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  missing record;
  name text;
begin
  select pg_get_indexdef(i.indexrelid) as definition, quote_ident(t.relname) as table_name into missing
    from unnest(tables) as wanted
    join pg_class t on t.oid = public.rebuildable(wanted)
    join pg_index i on i.indrelid = t.oid
    join pg_class x on x.oid = i.indexrelid
   where not exists (select from pg_class there where there.relnamespace = 'medianest_rebuild'::regnamespace and there.relname = x.relname)
   limit 1;
  if found then
    execute replace(missing.definition, format(' ON public.%s ', missing.table_name), format(' ON medianest_rebuild.%s ', missing.table_name));
    return true;
  end if;
  foreach name in array tables loop
    perform public.rebuildable(name);
    execute format('analyze medianest_rebuild.%I', name);
  end loop;
  return false;
end
$function$
grant execute on function public.index_rebuild(tables text[]) to medianest_app
CREATE OR REPLACE FUNCTION public.rebuildable(wanted text)
 RETURNS regclass
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  found regclass;
begin
  select oid into found from pg_class
    where relnamespace = 'public'::regnamespace and relname = wanted and relkind = 'r' and pg_get_userbyid(relowner) = current_user
      and has_table_privilege(session_user, oid, 'delete');
  if found is null then
    raise insufficient_privilege using message = format('table %s is not one to fill anew', wanted);
  end if;
  return found;
end
$function$
CREATE OR REPLACE FUNCTION public.settle_event_store()
 RETURNS text
 LANGUAGE plpgsql
AS $function$
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
$function$
CREATE OR REPLACE FUNCTION public.swap_rebuild(tables text[], patience_ms integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  patient_until timestamptz := clock_timestamp() + patience_ms * interval '1 ms';
  place text;
  name text;
begin
  foreach place in array array['medianest_rebuild', 'public'] loop
    foreach name in array tables loop
      perform public.rebuildable(name);
      perform set_config('lock_timeout', greatest(1, ceil(extract(epoch from patient_until - clock_timestamp()) * 1000))::text, true);
      execute format('lock table %I.%I in access exclusive mode', place, name);
    end loop;
  end loop;
  foreach name in array tables loop
    execute format('drop table public.%I', name);
    execute format('alter table medianest_rebuild.%I set schema public', name);
  end loop;
end
$function$
grant execute on function public.swap_rebuild(tables text[], patience_ms integer) to medianest_app

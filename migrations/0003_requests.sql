-- Up Migration

-- One row a request, written by the projection `request-view` alone. `state` is the request as the decider folds it; the
-- columns beside it are what lists filter, sort and page by.
create table request_view (
  request_id text primary key,
  stream_id text not null,
  media_type text not null,
  tmdb_id integer not null,
  quality text not null,
  status text not null,
  is_open boolean not null,
  handover_state text not null,
  connection_id text,
  requester_id text not null,
  participant_ids text[] not null,
  requested_at timestamptz not null,
  updated_at timestamptz not null,
  queued_at timestamptz,
  due_at timestamptz,
  has_duplicate boolean not null,
  position bigint not null,
  state json not null
);
create index request_view_updated on request_view (updated_at desc, request_id desc);
create index request_view_requested on request_view (requested_at, request_id);
create index request_view_title on request_view (media_type, tmdb_id, quality);
create index request_view_participants on request_view using gin (participant_ids);
create index request_view_waiting on request_view (connection_id, queued_at, request_id)
  where handover_state in ('QUEUED', 'ATTEMPTING', 'UNCERTAIN');
create index request_view_linked on request_view (connection_id) where handover_state = 'LINKED' and is_open;
create index request_view_duplicates on request_view (request_id) where has_duplicate;

-- One row a fact of a request, written by the projection `request-timeline` alone. Texts and names are made when read.
create table request_timeline (
  request_id text not null,
  position bigint not null,
  type text not null,
  at timestamptz not null,
  actor json not null,
  data json not null,
  primary key (request_id, position)
);

-- What the request service last said of a title: fed by searches, look-ups and the availability sync, not by events.
-- It answers when the service is away.
create table title_cache (
  media_type text not null,
  tmdb_id integer not null,
  title text,
  year integer,
  overview text,
  poster_path text,
  availability text,
  availability_4k text,
  plex_url text,
  observed_at timestamptz not null,
  primary key (media_type, tmdb_id)
);

-- How each connection was when last looked at: written by worker and poller, read by all roles.
create table connection_health (
  connection_id text primary key,
  kind text not null,
  simulated boolean not null,
  state text not null,
  since timestamptz not null,
  checked_at timestamptz not null,
  flavour text,
  version text,
  problem json
);

grant select, insert, update, delete on request_view, request_timeline, title_cache, connection_health to medianest_app;

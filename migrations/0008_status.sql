-- Up Migration

-- One row a monitored service, written by the projection `service-view` alone. `state` is the service as its own facts tell it; `status`
-- and `since` are what is shown: UNKNOWN while nobody sees the board (`lost_at`: since when).
create table service_view (
  service_id text primary key,
  connection_id text not null,
  name text not null,
  status text not null,
  since timestamptz,
  retired boolean not null,
  lost_at timestamptz,
  position bigint not null,
  state json not null
);
create index service_view_name on service_view (name collate "C", service_id) where not retired;
create index service_view_connection on service_view (connection_id);

-- Telemetry of the poller, no facts: the newest check of each service, and when its board was last seen.
create table service_pulse (
  service_id text primary key,
  checked_at timestamptz not null,
  ping_ms double precision
);
create table board_pulse (
  connection_id text primary key,
  seen_at timestamptz not null
);

-- Checks counted by time: by the minute for a week, by the quarter of an hour for three months, by the day for good.
create table service_uptime (
  service_id text not null,
  tier text not null check (tier in ('MINUTE', 'QUARTER', 'DAY')),
  starts_at timestamptz not null,
  up integer not null,
  down integer not null,
  pending integer not null,
  maintenance integer not null,
  ping_sum double precision not null,
  pings integer not null,
  primary key (service_id, tier, starts_at)
);
create index service_uptime_age on service_uptime (tier, starts_at);

grant select, insert, update, delete on service_view, service_pulse, board_pulse, service_uptime to medianest_app;

-- Up Migration

-- Pages of one status, in each order, without a sort; pages of several statuses merge them.
create index request_view_status_updated on request_view (status, updated_at desc, request_id desc);
create index request_view_status_requested on request_view (status, requested_at, request_id);

-- How many requests are in each status: kept by the projection `request-view` beside its rows, so that nobody counts them again for each question.
create table request_stats (
  status text primary key,
  count bigint not null
);
insert into request_stats select status, count(*) from request_view group by status;
grant select, insert, update, delete on request_stats to medianest_app;

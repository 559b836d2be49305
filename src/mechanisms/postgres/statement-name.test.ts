import { statementName } from './statement-name';

it.each([
  ['select state from request_view where request_id = any($1)', 'select request_view'],
  ['select whole.total from (select coalesce(sum(count), 0) from request_stats) as whole', 'select request_stats'],
  ['SELECT position FROM events WHERE position > $1', 'select events'],
  ['select a from unnest($1::text[]) as wanted (name) left join projection_checkpoint using (name)', 'select'],
  ['select extract(epoch from clock_timestamp() - seen_at) from board_pulse', 'select board_pulse'],
  [
    'insert into request_view select * from json_populate_recordset(null::request_view, $1) on conflict do update set x = 1',
    'insert request_view',
  ],
  [
    'with seen as (select * from json_to_recordset($1) as seen (id text)) insert into service_uptime as bucket select 1',
    'insert service_uptime',
  ],
  ['update projection_checkpoint as known set position = $1', 'update projection_checkpoint'],
  ['select 1 from lease for update', 'select lease'],
  ['with removed as (delete from change_feed where projection = $1) select 1', 'delete change_feed'],
  ['begin', 'begin'],
  ['  commit', 'commit'],
  ['select pg_current_wal_lsn() from pg_control_system()', 'select'],
])('%s: %s', (sql, name) => expect(statementName(sql)).toBe(name));

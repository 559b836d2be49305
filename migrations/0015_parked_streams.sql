-- Up Migration

-- Streams that a projection leaves out, since it could not take an event of theirs: by their ids, the position of that event and the error. In the row of the
-- checkpoint, for a checkpoint says nothing without them. `retry_parked`: somebody wants them tried again.
alter table projection_checkpoint
  add column parked jsonb not null default '{}',
  add column retry_parked boolean not null default false;

-- Which mutation an idempotency key was used for, and with what input. Kept for ever: a key means one thing.
create table idempotency_key (
  actor_id text not null,
  mutation text not null,
  key text not null,
  body_hash text not null,
  created_at timestamptz not null default now(),
  primary key (actor_id, mutation, key)
);

-- update: the claim's no-op `on conflict do update`, which reads the row that was there first
grant select, insert, update on idempotency_key to medianest_app;

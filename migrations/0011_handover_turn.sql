-- Up Migration

-- When the next of those that waited for a connection may be handed over. Taken by one statement, so that a turn is one handover's, whichever
-- process asks.
create table handover_turn (
  connection_id text primary key,
  next_at timestamptz not null
);

grant select, insert, update on handover_turn to medianest_app;

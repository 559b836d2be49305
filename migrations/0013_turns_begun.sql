-- Up Migration

-- Until when those who have begun use up the rate: who was given a turn and comes late may still begin, unless too many do at once.
alter table handover_turn add column free_at timestamptz not null default now();

-- One-time codes that sign somebody in. Only the hash is here: who reads the table cannot use it.
create table sign_in_code (
  code_hash bytea primary key check (length(code_hash) = 32),
  account_id text not null,
  expires_at timestamptz not null,
  used_at timestamptz
);

grant select, insert, update, delete on sign_in_code to medianest_app;

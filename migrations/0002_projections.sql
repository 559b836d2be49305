-- Up Migration

-- Who leads what, and until when, by this server's clock. A row outlives its holder, so that a takeover raises the epoch; rows of
-- processes (process:<id>) say which worker pool locks the jobs of that process.
CREATE TABLE lease (
  name           text PRIMARY KEY,
  holder         text NOT NULL,
  epoch          bigint NOT NULL,
  expires_at     timestamptz NOT NULL,
  worker_pool_id text
);

-- How far each projection is. Written in the transaction of its rows, by the leader of that epoch only.
CREATE TABLE projection_checkpoint (
  name       text NOT NULL,
  version    integer NOT NULL,
  position   bigint NOT NULL,
  store_id   text NOT NULL,
  epoch      bigint NOT NULL,
  state      text NOT NULL CHECK (state IN ('LIVE', 'CATCHING_UP', 'STOPPED')),
  error      text,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (name, version)
) WITH (fillfactor = 50);

-- What subscribers may hear of. json, not jsonb: a payload comes back as it was written.
CREATE TABLE change_feed (
  projection text NOT NULL,
  position   bigint NOT NULL,
  n          integer NOT NULL,
  kind       text NOT NULL,
  subjects   text[] NOT NULL,
  payload    json NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (projection, position, n)
);

-- The low-water mark: rows up to here are gone. No row: nothing was taken away yet.
CREATE TABLE feed_mark (
  projection text PRIMARY KEY,
  trimmed_to bigint NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON lease, change_feed TO medianest_app;
GRANT SELECT, INSERT, UPDATE ON projection_checkpoint, feed_mark TO medianest_app;

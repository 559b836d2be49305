import type { Preparing, Queryable, Statement } from '../postgres';
import { LeadershipLost } from './failures';
import type { ParkedStreams, StoredParkedStreams } from './parked-streams';
import { fromParkedStreams, toParkedStreams } from './parked-streams';
import type { Projection, ProjectionState } from './projection';

type Named = Pick<Projection, 'name' | 'version'>;

/**
 * The term of one leader. Whatever it writes here is fenced with it: once another process leads, the write does nothing and throws LeadershipLost, and the
 * transaction around it is rolled back.
 */
export interface Term {
  projection: Named;
  epoch: bigint;
}

export interface Checkpoint {
  position: bigint;
  storeId: string;
  /** Of the rows that are read: lower than that of the program until they are made anew. */
  version: number;
  /** What was left out on the way to the position. */
  parked: ParkedStreams;
}

/** How long a leader may idle in a transaction: a frozen one loses it, and with it the lock on the checkpoint. */
const IDLE_IN_TRANSACTION_MS = 5_000;

/** One process leads a projection, whatever its version. */
export const leaseOf = ({ name }: Pick<Named, 'name'>): string => `projection:${name}`;

/** Of its transactions, whatever the version: who takes over may be of another one. */
export const sessionName = ({ name }: Pick<Named, 'name'>): string => `projection ${name}`;

const ledByAnother = ({ name }: Pick<Named, 'name'>): LeadershipLost =>
  new LeadershipLost(`${name} is led by another process`);

/**
 * Begins a term: ends the session of a predecessor that hangs in its transaction, then stamps the checkpoint, from when on no write of an older
 * term succeeds. It tries parked streams again anyway, so nobody wants that any more. Throws LeadershipLost where a newer term has begun.
 */
export async function beginTerm(
  database: Queryable,
  { projection, epoch }: Term,
  storeId: string,
): Promise<Checkpoint> {
  // Only a leader's transaction bears that name (`advance`), so no innocent session of the predecessor's pool is hit.
  await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = $1 and datname = current_database() and pid <> pg_backend_pid()`,
    [sessionName(projection)],
  );
  const [row] = await database.query<CheckpointRow>(
    `insert into projection_checkpoint as mine (name, version, position, store_id, epoch, state)
     values ($1, $2, 0, $3, $4, 'CATCHING_UP')
     on conflict (name) do update set epoch = excluded.epoch, retry_parked = false where mine.epoch < excluded.epoch
     returning position, store_id, version, parked`,
    [projection.name, projection.version, storeId, epoch],
  );
  if (!row) throw ledByAnother(projection);
  return toCheckpoint(row);
}

interface CheckpointRow {
  position: string;
  store_id: string;
  version: number;
  parked: StoredParkedStreams;
}
const toCheckpoint = ({ position, store_id: storeId, version, parked }: CheckpointRow): Checkpoint => ({
  position: BigInt(position),
  storeId,
  version,
  parked: toParkedStreams(parked),
});

/** Where a projection stands; `locked`: and stays until the end of the transaction. Null: it never began. */
export async function readCheckpoint(
  database: Queryable,
  name: string,
  { locked = false } = {},
): Promise<Checkpoint | null> {
  const sql = `select position, store_id, version, parked from projection_checkpoint where name = $1`;
  const [row] = await database.query<CheckpointRow>(locked ? `${sql} for update` : sql, [name]);
  return row ? toCheckpoint(row) : null;
}

/** A projection without rows of its own goes on where an older version of it stood. */
export async function adopt(database: Queryable, { projection, epoch }: Term): Promise<void> {
  await database.query('update projection_checkpoint set version = $2 where name = $1 and epoch = $3', [
    projection.name,
    projection.version,
    epoch,
  ]);
}

export interface Move {
  from: bigint;
  position: bigint;
  state: ProjectionState;
  /** What is left out from here on; absent: the same. */
  parking?: ParkedStreams;
  /** Nothing else is written with it: its commit need not wait for the disk, even where a replica listens. */
  mayFlushLater?: boolean;
}

/** The settings are made even where the fence finds another leader: this process, too, may freeze before it rolls back. */
const ADVANCE: Statement = {
  name: 'advance_checkpoint',
  text: `with moved as (
      update projection_checkpoint
      set position = $5, state = $6, error = null, parked = coalesce($8, parked), updated_at = clock_timestamp()
      where name = $1 and version = $2 and epoch = $3 and position = $4 returning 1
    )
    select exists (select from moved) as moved,
      set_config('idle_in_transaction_session_timeout', '${IDLE_IN_TRANSACTION_MS}', true), set_config('application_name', $7, true),
      set_config('synchronous_commit',
        case when $9::boolean or not exists (select from pg_stat_get_wal_senders()) then 'off' else current_setting('synchronous_commit') end, true)`,
};

/**
 * Moves the checkpoint, also over events that the projection does not handle or leaves out; the first statement of a batch's transaction.
 * From here the row is locked, so nobody can begin to lead before this commits or is gone. The commit waits for no disk: what a crash of the server
 * takes back, rows, jobs and feed with the checkpoint, is projected again, at the same positions. But replicas are sent only what is on the disk, so where
 * one listens, it waits.
 */
export async function advance(tx: Preparing, { projection, epoch }: Term, to: Move): Promise<void> {
  const [row] = await tx.prepared<{ moved: boolean }>(ADVANCE, [
    ...[projection.name, projection.version, epoch, to.from, to.position, to.state, sessionName(projection)],
    to.parking ? fromParkedStreams(to.parking) : null,
    to.mayFlushLater ?? false,
  ]);
  if (!row!.moved) throw ledByAnother(projection);
}

/** Back to the beginning of a store, in the transaction that empties its rows. */
export async function beginAnew(tx: Queryable, { projection, epoch }: Term, storeId: string): Promise<void> {
  const rows = await tx.query(
    `update projection_checkpoint
     set version = $2, position = 0, store_id = $4, state = 'CATCHING_UP', error = null, parked = '{}', updated_at = clock_timestamp()
     where name = $1 and epoch = $3 returning 1`,
    [projection.name, projection.version, epoch, storeId],
  );
  if (rows.length === 0) throw ledByAnother(projection);
}

/**
 * A projection goes on at `position` with the rows of another one, which is gone then: with its version, and nothing left out. One that was stopped tries again, for its rows are
 * others now. Throws LeadershipLost where that other one is led by somebody else, or does not stand at `reached` any more.
 */
export async function replace(
  tx: Queryable,
  { by, reached, position }: { by: Term; reached: bigint; position: bigint },
  { name }: Named,
): Promise<void> {
  const rows = await tx.query(
    `with other as (delete from projection_checkpoint where name = $2 and epoch = $3 and version = $5 and position = $6 returning version)
     update projection_checkpoint as it set version = other.version, position = $4, parked = '{}', updated_at = clock_timestamp(),
       state = case when state = 'STOPPED' then 'CATCHING_UP' else state end, error = null
     from other where name = $1 returning 1`,
    [name, by.projection.name, by.epoch, position, by.projection.version, reached],
  );
  if (rows.length === 0) throw ledByAnother(by.projection);
}

/** Says how it stands without moving it. */
export async function recordState(
  database: Queryable,
  { projection, epoch }: Term,
  { state, error }: { state: ProjectionState; error?: string },
): Promise<void> {
  await database.query(
    `update projection_checkpoint set state = $4, error = $5, updated_at = clock_timestamp() where name = $1 and version = $2 and epoch = $3`,
    [projection.name, projection.version, epoch, state, error ?? null],
  );
}

/** Whether it stands still until somebody says `retryStopped`. */
export async function isStopped(database: Queryable, { name, version }: Named): Promise<boolean> {
  const sql = `select 1 from projection_checkpoint where name = $1 and version = $2 and state = 'STOPPED'`;
  return (await database.query(sql, [name, version])).length > 0;
}

/** Whether somebody said so since it was last asked. */
export async function isRetryWanted(database: Queryable, { projection, epoch }: Term): Promise<boolean> {
  const rows = await database.query(
    'update projection_checkpoint set retry_parked = false where name = $1 and epoch = $2 and retry_parked returning 1',
    [projection.name, epoch],
  );
  return rows.length > 0;
}

/**
 * Lets those try again that are stopped, or that parked streams, or the one of this name: a process that keeps it going sees it within a second. Answers their names.
 */
export async function retryStopped(database: Queryable, name?: string): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `update projection_checkpoint set state = case when state = 'STOPPED' then 'CATCHING_UP' else state end, error = null,
       retry_parked = parked <> '{}', updated_at = clock_timestamp()
     where (state = 'STOPPED' or parked <> '{}') and name = coalesce($1, name) returning name`,
    [name ?? null],
  );
  return rows.map((row) => row.name).sort();
}

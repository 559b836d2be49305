import type { FeedWriter } from '../change-feed';
import type { EventCodecs, EventStore, StoredEvent } from '../event-store';
import type { Lease } from '../leases';
import type { Logger } from '../observability';
import type { Database, Queryable, Transaction } from '../postgres';
import { sqlStateOf } from '../postgres';
import { applyBatch, writeBatch } from './batch';
import type { Checkpoint, Term } from './checkpoint';
import { beginAnew, beginTerm, readCheckpoint, replace, sessionName } from './checkpoint';
import { createLogBatches } from './log-batches';
import { pause } from './pause';
import type { Projection } from './projection';
import { rebuildOf } from './rebuild-request';
import { beginTables, beside, indexTables, swapTables, waitForVacuum } from './rebuild-tables';

export interface RebuildParts {
  database: Database;
  store: Pick<EventStore, 'storeId' | 'head' | 'readAll'>;
  feed: FeedWriter;
  codecs: Pick<EventCodecs, 'requireKnown'>;
  projection: Projection;
  log: Logger;
}

interface Rebuilding extends RebuildParts {
  /** The same fold into the tables beside. */
  aside: Projection;
  term: Term;
}

/** What is left to fold while the leader of the rows that are read has to wait. */
const MOST_AT_SWAP = 500;
/** Readers wait behind the swap while it waits for those before it: no longer than this in all, and then it lets them pass. */
const SWAP_PATIENCE_MS = 200;
/** A process that freezes in the swap loses it, and with it the locks that the leader of those rows waits for, and readers at the end. */
const FROZEN_MS = 1_000;
/** It waits longer each time: what is in its way may be a backup. */
const SWAP_AGAIN_MS = { first: 250, most: 10_000 };
const LOCK_NOT_AVAILABLE = '55P03';
const UNDEFINED_TABLE = '42P01';

/**
 * Fills tables beside those that are read, to exactly where these stand, and puts them in their place, in one transaction: whoever folds on after it, as leader of the
 * rows that are read, notices nothing. Each step is in the checkpoint of the rebuild or can be taken again, so it goes on after any interruption.
 * True: the tables are in place; false: the lease was lost, or the signal said so.
 */
export async function rebuild(parts: RebuildParts, lease: Lease, stopping: AbortSignal): Promise<boolean> {
  const { database, store, projection } = parts;
  const aside = beside(projection, rebuildOf(projection.name));
  const term = { projection: aside, epoch: lease.epoch };
  const rebuilding = { ...parts, aside, term };
  let position = await whereToBegin(parts, term);
  const batches = createLogBatches(store, position, () => targetOf(rebuilding));
  let isIndexed = false;
  let again = SWAP_AGAIN_MS.first;
  const goesOn = (): boolean => !stopping.aborted && lease.held();
  while (goesOn()) {
    const { events, isLast } = await batches.next();
    if (events.length > 0) {
      const began = performance.now();
      const writing = { ...writingOf(rebuilding), committed: () => undefined };
      position = await applyBatch(writing, { from: position, events, state: 'CATCHING_UP' });
      batches.took(performance.now() - began);
    }
    if (!isLast) continue;
    if (!isIndexed) {
      isIndexed = await indexTables(database, projection, goesOn);
    } else if (await swapped(rebuilding, position)) return true;
    else {
      await pause(again, stopping);
      again = Math.min(again * 2, SWAP_AGAIN_MS.most);
    }
  }
  return false;
}

/** It leaves nothing out: a projection that has tables parks nothing. */
const writingOf = ({ aside, term, ...parts }: Rebuilding) => ({
  ...parts,
  projection: aside,
  epoch: term.epoch,
  parked: new Map(),
});

/** Where it was left, if those tables are of this version and this store; else at the beginning, with empty ones. */
async function whereToBegin({ database, store, projection }: RebuildParts, term: Term): Promise<bigint> {
  const { storeId } = store;
  const begun = await beginTerm(database, term, storeId);
  const isOurs = begun.version === projection.version && begun.storeId === storeId;
  if (isOurs && begun.position > 0n) return begun.position;
  await database.transaction(async (tx) => {
    await beginAnew(tx, term, storeId);
    await beginTables(tx, projection);
  });
  return 0n;
}

/** Where the rows stand that are read: what these have not seen yet is for their leader to fold, and to tell. Rows of another store are no measure. */
async function targetOf(rebuilding: Rebuilding): Promise<bigint> {
  return (await readLive(rebuilding.database, rebuilding))?.position ?? 0n;
}

async function readLive(
  database: Queryable,
  { store, projection }: RebuildParts,
  options?: { locked: boolean },
): Promise<Checkpoint | null> {
  const live = await readCheckpoint(database, projection.name, options);
  return live?.storeId === store.storeId ? live : null;
}

/** False: somebody reads for long, or more is left to fold than readers should wait for. */
async function swapped(rebuilding: Rebuilding, from: bigint): Promise<boolean> {
  const { database, projection } = rebuilding;
  try {
    await database
      .transaction((tx) => waitForVacuum(tx, projection))
      .catch((error: unknown) => {
        if (sqlStateOf(error) !== UNDEFINED_TABLE) throw error; // somebody else has swapped, which the swap itself knows to tell
      });
    const left = await readLeft(rebuilding, from);
    return left !== null && (await database.transaction((tx) => swap(tx, rebuilding, left)));
  } catch (error) {
    if (sqlStateOf(error) === LOCK_NOT_AVAILABLE) return false;
    throw error;
  }
}

interface Left {
  from: bigint;
  read: StoredEvent[];
  readTo: bigint;
  /** The store was set back. */
  isBeyondEnd: boolean;
}

/** Before the swap, for whoever holds the checkpoint must not wait for the log, or for a second connection. Null: nobody has rows of this store. */
async function readLeft(rebuilding: Rebuilding, from: bigint): Promise<Left | null> {
  const { database, store } = rebuilding;
  const before = await readLive(database, rebuilding);
  if (!before) return null;
  const isBeyondEnd = before.position > (await store.head());
  const read = await store.readAll(from, MOST_AT_SWAP);
  const last = read.at(-1)?.globalPosition ?? from;
  // Where no more is left to read, where the rows stand is read too: the event of that position may be gone from the log.
  const readTo = read.length < MOST_AT_SWAP && before.position > last ? before.position : last;
  return { from, read, readTo, isBeyondEnd };
}

async function swap(
  tx: Transaction,
  rebuilding: Rebuilding,
  { from, read, readTo, isBeyondEnd }: Left,
): Promise<boolean> {
  const { feed, projection, aside, term } = rebuilding;
  await tx.query(
    `select set_config('lock_timeout', '${SWAP_PATIENCE_MS}', true), set_config('idle_in_transaction_session_timeout', '${FROZEN_MS}', true),
       set_config('application_name', $1, true)`,
    [sessionName(aside)],
  );
  const live = await readLive(tx, rebuilding, { locked: true }); // its leader waits from here on
  if (!live || live.position > readTo) return false;
  const events = read.filter(({ globalPosition }) => globalPosition <= live.position);
  const reached = events.at(-1)?.globalPosition ?? from;
  if (events.length > 0) await writeBatch(tx, writingOf(rebuilding), { from, events, state: 'CATCHING_UP' });
  if (isBeyondEnd) await feed.beginAt(tx, projection.name, reached);
  await tx.query(`select set_config('idle_in_transaction_session_timeout', '${FROZEN_MS}', true)`); // a batch has its own
  await replace(tx, { by: term, reached, position: isBeyondEnd ? reached : live.position }, projection);
  await swapTables(tx, projection, SWAP_PATIENCE_MS);
  return true;
}

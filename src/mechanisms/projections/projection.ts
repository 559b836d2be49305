import type { StoredEvent } from '../event-store';
import type { Transaction } from '../postgres';
import type { FeedEntry } from '../change-feed';

/**
 * A fold of the log: a read model (writes its rows, tells the change feed) or a reactor (enqueues jobs).
 * The engine reads the log, gives it batches in order, and commits its writes, its feed entries and its checkpoint in ONE transaction.
 */
export type Projection = Fold & (Stopping | Parking);

interface Fold {
  /** Shared with the table and the file: `request-view`. */
  name: string;
  /** Raised when its rows mean something else: they are made anew then, beside those that are read. */
  version: number;
  /** Event types it wants; the checkpoint moves over all others too. */
  handles: readonly string[];
  /** Only through `tx`; never calls out. Returns what subscribers shall hear of: that of one event together, in order. */
  project(events: StoredEvent[], tx: Transaction, options?: FoldOptions): Promise<FeedEntry[]>;
}

export interface FoldOptions {
  /** Nobody shall hear of it: what it would return is not looked at, and need not be made. */
  isSilent?: boolean;
}

/** Stands still at an event that it cannot take. */
interface Stopping {
  /** What it writes and nobody else does; named without a schema, since a rebuild has tables of the same names in another. Its rows are found by keys alone. */
  tables: readonly string[];
  onPoison?: 'stop';
}

/**
 * Leaves the stream of such an event out from there on, until it is tried again. It has no tables: the checkpoint would not prove any more that rows have seen their
 * events, and a rebuild could take what subscribers were never told of, or leave out what they were.
 */
interface Parking {
  tables: readonly [];
  onPoison: 'park';
}

/** Catching up until it has seen all there is; stopped by an error of its own until the next start, or until it is told to try again. */
export type ProjectionState = 'LIVE' | 'CATCHING_UP' | 'STOPPED';

import type { StoredEvent } from '../event-store';
import type { Transaction } from '../postgres';
import type { FeedEntry } from '../change-feed';

/**
 * A fold of the log: a read model (writes its rows, tells the change feed) or a reactor (enqueues jobs).
 * The engine reads the log, gives it batches in order, and commits its writes, its feed entries and its checkpoint in ONE transaction.
 */
export interface Projection {
  /** Shared with the table and the file: `request-view`. */
  name: string;
  /** Raised when its rows mean something else: they are made anew then, beside those that are read. */
  version: number;
  /** Event types it wants; the checkpoint moves over all others too. */
  handles: readonly string[];
  /** What it writes and nobody else does; named without a schema, since a rebuild has tables of the same names in another. Its rows are found by keys alone. */
  tables: readonly string[];
  /**
   * What an event does that it cannot take: stops the projection, unless said otherwise; or parks the stream of that event, all events of which are left out from
   * there on until they are tried again. That is for projections of which each row depends on one stream (or on sums over streams), and none is read `atLeast`
   * as of a position: the checkpoint does not prove any more that a row has seen its events.
   */
  onPoison?: 'stop' | 'park';
  /** Only through `tx`; never calls out. Returns what subscribers shall hear of, in order. */
  project(events: StoredEvent[], tx: Transaction): Promise<FeedEntry[]>;
}

/** Catching up until it has seen all there is; stopped by an error of its own until the next start, or until it is told to try again. */
export type ProjectionState = 'LIVE' | 'CATCHING_UP' | 'STOPPED';

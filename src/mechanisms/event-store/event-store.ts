import type { NewEvent, StoredEvent } from './event';

/** Expected version of a stream that must not exist yet. */
export const NO_STREAM = -1;

/** Exact (`NO_STREAM` or the version of the last event, from 0), or `any`, which commands never use. */
export type ExpectedVersion = number | 'any';

export interface AppendResult {
  /** Version of the last of the given events. */
  version: number;
  /** Global position of the last of the given events. */
  position: bigint;
  /** Global positions of the given events, in their order. */
  positions: bigint[];
  /** When the store took each of them, by its clock. */
  recordedAt: Date[];
  /** True: these very events (same ids, same expected version) were already there; nothing was appended. */
  repeated: boolean;
}

export interface StreamSlice {
  /** Version of the last event; `NO_STREAM` when there is none. */
  version: number;
  events: StoredEvent[];
}

/**
 * The port. Two engines and a memory twin keep it, and one contract suite (`event-store.contract.ts`) proves it for each.
 * Errors: ConcurrencyConflict, EventStoreUnavailable, UnknownOutcome, Overloaded, InvalidEvent.
 */
export interface EventStore {
  /** Engine and a short id made with the store, e.g. `pg7f3a`: part of every position. */
  readonly storeId: string;
  /**
   * Appends all or nothing. The same ids with the same exact expected version append nothing and give the first answer.
   * Known ids under another version are a conflict, but for one case: EventStoreDB takes them again when it is the current one. Commands,
   * which look for their own ids in what they loaded, never send that.
   */
  append(streamId: string, expected: ExpectedVersion, events: NewEvent[]): Promise<AppendResult>;
  readStream(streamId: string): Promise<StreamSlice>;
  /** Events after a position, in global order, at most `limit`; an empty answer means: nothing beyond yet. */
  readAll(after: bigint, limit: number): Promise<StoredEvent[]>;
  /** Position of the last event of all; 0 when there is none. */
  head(): Promise<bigint>;
  /** Catch-up that turns live: every event after the position once, in order, until the signal aborts. */
  subscribeToAll(after: bigint, signal: AbortSignal): AsyncIterable<StoredEvent>;
  /** Called (without payload, coalesced) after something was appended, here or where this engine hears of it: a hint to look, no promise. Returns the undo. */
  onAppended(listener: () => void): () => void;
  close(): Promise<void>;
}

/** One thing a subscriber may hear of, written with the rows that it tells of. */
export interface FeedEntry {
  position: bigint;
  /** e.g. `request` or `handover`: what the entry is about; a subscription reads one kind. */
  kind: string;
  /** Ids it concerns (`req_…`, `usr_…`); a subscriber filters by any of them. */
  subjects: string[];
  /** The update's own scalars at that position; JSON. */
  payload: object;
}

/** As it was read. */
export interface ReadEntry extends FeedEntry {
  /** Payloads of all entries that were read with it, its own included, so that the rows that they tell of can be loaded in one batch. */
  batch: readonly object[];
}

/** What a subscriber gets. `resumeAt` is the position to come back with: that of the entry once the last of its position was sent, else the one before. */
export interface FeedItem extends ReadEntry {
  resumeAt: bigint;
}

export interface FeedSubscription {
  projection: string;
  kind: string;
  /** Entries with any of these subjects; absent: all. */
  subjects?: string[];
  /** Resume after this position; absent: from now on. */
  after?: bigint;
}

/** One reader per process and projection; wake-ups make it look, a slow poll is the net. */
export interface ChangeFeed {
  /** Scans from `after`, then joins the live reader: no loss, a repeat only within one position. Throws PositionExpired. */
  subscribe(subscription: FeedSubscription): AsyncIterableIterator<FeedItem>;
  /** How many subscriptions are open. */
  subscribers(): number;
  /** Ends every subscription and stops reading. */
  close(): Promise<void>;
}

import type { Queryable, Transaction } from '../postgres';
import { rowSet } from '../postgres';
import type { FeedEntry } from './entry';

/** The projection engine's side of the feed. */
export interface FeedWriter {
  /**
   * In the transaction of the rows that the entries tell of. Those that share a position stand together, in order. What is not above the
   * low-water mark is left out.
   */
  write(tx: Transaction, projection: string, entries: readonly FeedEntry[]): Promise<void>;
  /** Takes old rows away, whole positions at a time, and raises the low-water mark. */
  trim(projection: string): Promise<void>;
  /** Takes all rows away and puts the low-water mark here: the feed of another store, whose positions these are not. */
  beginAt(tx: Queryable, projection: string, position: bigint): Promise<void>;
}

export interface FeedWriterParts {
  database: Queryable;
  /** What is kept, whichever is less. */
  keep?: { days: number; rows: number };
}

const ENTRIES = rowSet({ position: 'bigint', n: 'integer', kind: 'text', subjects: 'text[]', payload: 'json' });
const WRITE = {
  name: 'write_feed',
  text: `insert into change_feed (projection, ${ENTRIES.columns})
  select $1, * from (${ENTRIES.select(2)}) as entry
  where position > coalesce((select trimmed_to from feed_mark where projection = $1), 0)`,
};

export function createFeedWriter({ database, keep = { days: 7, rows: 1_000_000 } }: FeedWriterParts): FeedWriter {
  return {
    write: (tx, projection, entries) => ENTRIES.send(tx, { statement: WRITE, others: [projection] }, numbered(entries)),
    async beginAt(tx, projection, position) {
      await tx.query(
        `with removed as (delete from change_feed where projection = $1)
         insert into feed_mark (projection, trimmed_to) values ($1, $2)
         on conflict (projection) do update set trimmed_to = excluded.trimmed_to`,
        [projection, position],
      );
    },
    async trim(projection) {
      await database.query(
        `with cut as (
           select max(position) as position from (
             (select position from change_feed where projection = $1 order by position desc, n desc offset $2 limit 1)
             union all
             (select max(position) from change_feed
              where projection = $1 and created_at < now() - $3::float8 * interval '1 day')
           ) as bounds
         ), removed as (
           delete from change_feed using cut where projection = $1 and change_feed.position <= cut.position
         )
         insert into feed_mark (projection, trimmed_to) select $1, position from cut where position is not null
         on conflict (projection) do update set trimmed_to = greatest(feed_mark.trimmed_to, excluded.trimmed_to)`,
        [projection, keep.rows, keep.days],
      );
    },
  };
}

/** Entries with their number within their position. */
function* numbered(entries: readonly FeedEntry[]): Iterable<FeedEntry & { n: number }> {
  let previous: bigint | undefined;
  let n = 0;
  for (const entry of entries) {
    n = entry.position === previous ? n + 1 : 0;
    previous = entry.position;
    yield { ...entry, n };
  }
}

import type { Database, Queryable, Statement } from '../postgres';
import type { FeedEntry, FeedItem, ReadEntry } from './entry';

/** Rows a page has at least when there are more behind it. */
export const PAGE_SIZE = 500;
/** Entries whose rows are loaded in one batch. A slow subscriber keeps as many rows in memory. */
const BATCH_SIZE = 50;

export interface PageQuery {
  projection: string;
  after: bigint;
  upTo?: bigint;
  kind?: string;
  subjects?: readonly string[];
}

const pageWhere = (condition: string) =>
  `select position, kind, subjects, payload from (
     select * from change_feed
     where projection = $1 and position > $2 and ${condition}
     order by position fetch first ${PAGE_SIZE} rows with ties
   ) as page order by position, n`;
const NEWEST: Statement = { name: 'feed_page', text: pageWhere('true') };

type FeedRow = Omit<FeedEntry, 'position'> & { position: string };

/** The next rows, in order; the last position of a page is never cut. */
export async function readPage(database: Queryable, query: PageQuery): Promise<ReadEntry[]> {
  const rows = await database.query<FeedRow>(
    pageWhere(
      `($3::bigint is null or position <= $3) and ($4::text is null or kind = $4) and ($5::text[] is null or subjects && $5)`,
    ),
    [query.projection, query.after, query.upTo ?? null, query.kind ?? null, query.subjects ?? null],
  );
  return toEntries(rows);
}

/** The same of all kinds and subjects, for who asks at every change: to plan it would take longer than to run it. */
export async function readNewest(
  database: Pick<Database, 'prepared'>,
  { projection, after }: Pick<PageQuery, 'projection' | 'after'>,
): Promise<ReadEntry[]> {
  return toEntries(await database.prepared<FeedRow>(NEWEST, [projection, after]));
}

function toEntries(rows: readonly FeedRow[]): ReadEntry[] {
  let batch: object[] = [];
  return rows.map(({ position, ...row }, index) => {
    if (index % BATCH_SIZE === 0) batch = rows.slice(index, index + BATCH_SIZE).map(({ payload }) => payload);
    return { ...row, position: BigInt(position), batch };
  });
}

/** Rows up to here are gone; 0 when all are there. */
export async function trimmedTo(database: Queryable, projection: string): Promise<bigint> {
  const [mark] = await database.query<{ trimmed_to: string }>(
    `select trimmed_to from feed_mark where projection = $1`,
    [projection],
  );
  return BigInt(mark?.trimmed_to ?? 0);
}

/** Position of the newest row that is or was there. */
export async function newestPosition(database: Queryable, projection: string): Promise<bigint> {
  const [newest] = await database.query<{ position: string }>(
    `select position from change_feed where projection = $1 order by position desc limit 1`,
    [projection],
  );
  return newest ? BigInt(newest.position) : trimmedTo(database, projection);
}

/** Says where to come back after each entry: before its position, unless it is the last of it. Positions must be whole. */
export function withResumePoints(entries: readonly ReadEntry[]): FeedItem[] {
  return entries.map((entry, index) => {
    const last = entries[index + 1]?.position !== entry.position;
    return { ...entry, resumeAt: last ? entry.position : entry.position - 1n };
  });
}

import { setTimeout as pause } from 'node:timers/promises';
import { MediaNestError, PositionExpired } from '../errors';
import type { EventStore } from '../event-store';
import { formatPosition } from '../event-store';
import type { Logger } from '../observability';
import type { Queryable } from '../postgres';
import type { FeedEntry, FeedItem, FeedSubscription, ReadEntry } from './entry';
import type { PageQuery } from './feed-pages';
import { PAGE_SIZE, readPage, trimmedTo, withResumePoints } from './feed-pages';
import type { FeedReader } from './feed-reader';
import type { Subscriber } from './subscriber';

export interface FollowParts {
  database: Queryable;
  store: Pick<EventStore, 'storeId' | 'head'>;
  reader: FeedReader;
  subscription: FeedSubscription;
  subscriber: Subscriber;
  pollMs: number;
  log: Logger;
}

/** Feeds one subscriber: what it missed, at its own pace, then what the reader reads. */
export async function follow(parts: FollowParts): Promise<void> {
  try {
    const scanned = await catchUp(parts);
    await parts.reader.ready;
    if (!parts.subscriber.ended()) await joinReader(parts, scanned ?? parts.reader.position());
  } catch (error) {
    parts.subscriber.fail(error);
  }
}

/** Scans from the wanted position until a page is not full: up to now, or nearly. Answers how far it came. */
async function catchUp(parts: FollowParts): Promise<bigint | undefined> {
  const { store, subscriber, subscription } = parts;
  const { after } = subscription;
  if (after === undefined) return undefined;
  subscriber.startAt(after);
  const head = await patiently(parts, () => store.head());
  if (after > head) {
    throw new PositionExpired(
      `position ${format(parts, after)} is beyond the end of the store, ${format(parts, head)}`,
    );
  }
  return scan(parts, { after }, (items) => subscriber.deliver(items));
}

/**
 * Joins first, so that nothing new is missed, then scans what the reader gave out since the scan before; what comes meanwhile is held back.
 * Both read whole positions, so a position is the only mark that is needed between them.
 */
async function joinReader(parts: FollowParts, scanned: bigint): Promise<void> {
  const { reader, subscriber, subscription } = parts;
  const joinedAt = reader.position();
  const seen = scanned > joinedAt ? scanned : joinedAt;
  if (subscription.after === undefined) subscriber.startAt(joinedAt);
  let held: ReadEntry[] | undefined = [];
  subscriber.onEnd(
    reader.join((entries) => {
      const wanted = entries.filter((entry) => entry.position > seen && concerns(entry, subscription));
      if (held) return void held.push(...wanted);
      subscriber.offer(withResumePoints(wanted));
      return subscriber.drained();
    }),
  );
  if (scanned < joinedAt) await scan(parts, { after: scanned, upTo: joinedAt }, (items) => subscriber.offer(items));
  subscriber.offer(withResumePoints(held));
  held = undefined;
}

async function scan(
  parts: FollowParts,
  range: { after: bigint; upTo?: bigint },
  take: (items: FeedItem[]) => Promise<void> | void,
): Promise<bigint> {
  let position = range.after;
  while (!parts.subscriber.ended()) {
    const page = await readWholePage(parts, { ...parts.subscription, ...range, after: position });
    position = page.at(-1)?.position ?? position;
    await take(withResumePoints(page));
    if (page.length < PAGE_SIZE) break;
  }
  return position;
}

/** The mark is read after the page: when it has not passed `after` by then, no row of the page was taken away. */
async function readWholePage(parts: FollowParts, query: PageQuery): Promise<ReadEntry[]> {
  const page = await patiently(parts, () => readPage(parts.database, query));
  const trimmed = await patiently(parts, () => trimmedTo(parts.database, query.projection));
  if (query.after >= trimmed) return page;
  const oldest = format(parts, trimmed);
  throw new PositionExpired(
    `changes after position ${format(parts, query.after)} are not kept any more; the oldest to resume at is ${oldest}`,
    oldest,
  );
}

/** A database that is away for a moment is no reason to end a subscription. */
async function patiently<Result>(
  { subscriber, pollMs, log }: FollowParts,
  read: () => Promise<Result>,
): Promise<Result> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (subscriber.ended() || !(error instanceof MediaNestError && error.retryable)) throw error;
      log.warn({ err: error }, 'cannot read the change feed for a subscriber');
      await pause(pollMs);
    }
  }
}

function concerns(entry: FeedEntry, { kind, subjects }: FeedSubscription): boolean {
  return entry.kind === kind && (!subjects || subjects.some((subject) => entry.subjects.includes(subject)));
}

const format = ({ store }: FollowParts, position: bigint): string => formatPosition(store.storeId, position);

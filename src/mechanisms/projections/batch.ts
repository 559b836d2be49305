import type { FeedWriter } from '../change-feed';
import { UnreadableEvent } from '../errors';
import type { EventCodecs, StoredEvent } from '../event-store';
import type { Logger } from '../observability';
import type { Transaction } from '../postgres';
import { bisect } from './bisect';
import type { BatchDatabase } from './begun-ahead';
import type { Move } from './checkpoint';
import { advance } from './checkpoint';
import { poisoned } from './failures';
import type { ParkedStreams } from './parked-streams';
import { withParked } from './parked-streams';
import type { Projection, ProjectionState } from './projection';

export interface WriteParts {
  feed: Pick<FeedWriter, 'write'>;
  codecs: Pick<EventCodecs, 'requireKnown'>;
  projection: Projection;
  epoch: bigint;
  /** What is left out. */
  parked: ParkedStreams;
}

export interface BatchParts extends WriteParts {
  database: BatchDatabase;
  log: Logger;
  /** Called after every commit. */
  committed(position: bigint): void;
}

export interface Batch {
  /** The position before the first event. */
  from: bigint;
  /** In order, at least one. */
  events: StoredEvent[];
  /** How the projection stands after it. */
  state: ProjectionState;
}

/** More than so many at a time are no fault of theirs. */
const MOST_PARKED = 100;

/**
 * Applies a batch; answers with the position after it. When its events are to blame for a failure it is halved, down to the one event that
 * fails twice. Where the projection parks, the stream of that event is left out from there on; else all before it is committed, and
 * ProjectionStopped names it.
 */
export async function applyBatch(parts: BatchParts, { from, events, state }: Batch): Promise<bigint> {
  let reached = from;
  await bisect(events, {
    async write(some) {
      reached = await commit(parts, { from: reached, events: some, state });
    },
    async poison(event, cause) {
      await park(parts, { from: reached, events: [event], state }, cause);
      reached = event.globalPosition;
    },
  });
  return reached;
}

/** Moves the checkpoint over the event, or throws what stops the projection. */
async function park(parts: BatchParts, { from, events, state }: Batch, cause: unknown): Promise<void> {
  const { database, projection, parked, log } = parts;
  const { streamId, globalPosition: position } = events[0]!;
  const error = poisoned(events[0]!, cause);
  // What cannot be read stops every projection: nobody can say what it is, so nobody may leave it out.
  const mayPark = projection.onPoison === 'park' && !(cause instanceof UnreadableEvent) && parked.size < MOST_PARKED;
  if (!mayPark) throw error;
  const stream = { streamId, position, error: error.message };
  await advance(database, parts, { from, position, state, parking: withParked(parked, stream) });
  parked.set(streamId, stream);
  parts.committed(position);
  log.error(
    { err: error, projection: projection.name, stream: streamId },
    'a projection parked a stream and goes on without it; it is tried again at the next start, or after `medianest projections retry`',
  );
}

/**
 * Rows, checkpoint and feed in one transaction. Where there is nothing to fold, one statement moves the checkpoint. That of a view does not wait for the disk, which others
 * need for their rows of the same events: the next commit that waits, theirs or that of a reactor milliseconds later, brings it to the disk and to the replicas, too.
 */
async function commit(parts: BatchParts, batch: Batch): Promise<bigint> {
  const { database, projection } = parts;
  const [to, handled] = [toEnd(batch), handledOf(parts, batch)];
  await (handled.length > 0
    ? database.transaction((tx) => foldBehind(tx, parts, { to, handled }))
    : advance(database, parts, { ...to, mayFlushLater: projection.tables.length > 0 }));
  parts.committed(to.position);
  return to.position;
}

/** As the first of a transaction. */
export async function writeBatch(tx: Transaction, parts: WriteParts, batch: Batch): Promise<void> {
  return foldBehind(tx, parts, { to: toEnd(batch), handled: handledOf(parts, batch) });
}

/** Rows and feed of the events, behind the fence. */
export async function foldBehind(
  tx: Transaction,
  parts: WriteParts,
  { to, handled }: { to: Move; handled: StoredEvent[] },
): Promise<void> {
  const { feed, projection } = parts;
  // The fold goes out behind the fence without waiting for its answer: where the fence throws, all is rolled back.
  const [moved, folded] = await Promise.allSettled([
    advance(tx, parts, to),
    (async () => (handled.length > 0 ? projection.project(handled, tx) : []))(), // what it throws at once, too
  ]);
  if (moved.status === 'rejected') throw moved.reason;
  if (folded.status === 'rejected') throw folded.reason;
  await feed.write(tx, projection.name, folded.value);
}

export function handledOf(
  { codecs, projection, parked }: Pick<WriteParts, 'codecs' | 'projection' | 'parked'>,
  { events }: Pick<Batch, 'events'>,
): StoredEvent[] {
  // Of an event that nobody here knows, nobody can say whether this projection should have handled it.
  events.forEach(codecs.requireKnown);
  const wanted = new Set(projection.handles);
  return events.filter(({ type, streamId }) => wanted.has(type) && !parked.has(streamId));
}

const toEnd = ({ from, events, state }: Batch) => ({ from, position: events.at(-1)!.globalPosition, state });

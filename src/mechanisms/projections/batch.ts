import type { FeedWriter } from '../change-feed';
import type { EventCodecs, StoredEvent } from '../event-store';
import type { Database, Queryable, Transaction } from '../postgres';
import type { Term } from './checkpoint';
import { advance } from './checkpoint';
import { isPassing, LeadershipLost, poisoned, ProjectionStopped } from './failures';
import type { Projection, ProjectionState } from './projection';

export interface WriteParts {
  feed: Pick<FeedWriter, 'write'>;
  codecs: Pick<EventCodecs, 'requireKnown'>;
  projection: Projection;
  epoch: bigint;
}

export interface BatchParts extends WriteParts {
  database: Database;
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

/**
 * Applies a batch; answers with the position after it. When its events are to blame for a failure it is halved, down to the one event that
 * fails twice: everything before that is committed, and ProjectionStopped names it.
 */
export async function applyBatch(parts: BatchParts, batch: Batch): Promise<bigint> {
  try {
    return await commit(parts, batch);
  } catch (error) {
    if (isPassing(error) || error instanceof ProjectionStopped) throw error;
  }
  const { from, events, state } = batch;
  if (events.length > 1) {
    const middle = Math.ceil(events.length / 2);
    const reached = await applyBatch(parts, { from, events: events.slice(0, middle), state });
    return applyBatch(parts, { from: reached, events: events.slice(middle), state });
  }
  return commit(parts, batch).catch((error: unknown) => {
    throw isPassing(error) ? error : poisoned(events[0]!, error);
  });
}

/** Rows, checkpoint and feed in one transaction; where there is nothing to fold, in one statement. */
async function commit(parts: BatchParts, batch: Batch): Promise<bigint> {
  const { database } = parts;
  const position = await (handledOf(parts, batch).length > 0
    ? database.transaction((tx) => writeBatch(tx, parts, batch))
    : moveOver(database, parts, batch));
  parts.committed(position);
  return position;
}

/** As the first of a transaction. */
export async function writeBatch(tx: Transaction, parts: WriteParts, batch: Batch): Promise<bigint> {
  const { feed, projection } = parts;
  const handled = handledOf(parts, batch);
  // Goes out behind the fence without waiting for its answer: what is written behind one that fails is rolled back.
  const [moved, folded] = await Promise.allSettled([
    moveOver(tx, parts, batch),
    handled.length > 0 ? projection.project(handled, tx) : [],
  ]);
  if (moved.status === 'rejected') throw moved.reason;
  if (folded.status === 'rejected') throw folded.reason;
  feed.write(tx, projection.name, folded.value);
  return moved.value;
}

function handledOf({ codecs, projection }: WriteParts, { events }: Batch): StoredEvent[] {
  // Of an event that nobody here knows, nobody can say whether this projection should have handled it.
  events.forEach(codecs.requireKnown);
  return events.filter(({ type }) => projection.handles.includes(type));
}

/** Moves the checkpoint, over events that the projection does not handle, too. */
async function moveOver(
  place: Queryable,
  { projection, epoch }: Term,
  { from, events, state }: Batch,
): Promise<bigint> {
  const position = events.at(-1)!.globalPosition;
  if (!(await advance(place, { projection, epoch }, { from, position, state }))) {
    throw new LeadershipLost(`${projection.name} is led by another process`);
  }
  return position;
}

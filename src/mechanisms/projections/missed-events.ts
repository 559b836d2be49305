import type { EventStore, StoredEvent } from '../event-store';
import type { Database } from '../postgres';
import type { BatchParts } from './batch';
import { foldBehind, handledOf } from './batch';
import type { Bisection } from './bisect';
import { bisect } from './bisect';
import { advance, isRetryWanted } from './checkpoint';
import { poisoned, ProjectionStopped } from './failures';
import type { ParkedStream, ParkedStreams } from './parked-streams';
import { inOrder, withoutParked, withParked } from './parked-streams';
import type { ProjectionState } from './projection';

export interface MissedParts extends Omit<BatchParts, 'database' | 'committed'> {
  database: Database;
  store: Pick<EventStore, 'readStream'>;
}

/** Events a transaction. */
const MOST_AT_ONCE = 500;

interface Standing {
  /** Of the checkpoint, which stays. */
  position: bigint;
  state: ProjectionState;
}

/**
 * Tries the parked streams again: each gets the events that it missed, in order, up to the checkpoint, and is like any other then; or it stays parked at the next
 * that the projection cannot take. Subscribers who resume from before are told of them; who is beyond is not.
 */
export async function makeUpParked(parts: MissedParts, standing: Standing): Promise<void> {
  for (const stream of inOrder(parts.parked)) await makeUp(parts, standing, stream);
}

/** When somebody wants it since that was last asked; it is asked only where something is parked. */
export async function makeUpWhenWanted(parts: MissedParts, standing: Standing): Promise<void> {
  const { database, projection, epoch, parked } = parts;
  if (parked.size === 0) return;
  if (await isRetryWanted(database, { projection, epoch })) await makeUpParked(parts, standing);
}

async function makeUp(parts: MissedParts, { position, state }: Standing, stream: ParkedStream): Promise<void> {
  const { database, store, projection, parked, log } = parts;
  const { streamId } = stream;
  const to = (parking: ParkedStreams) => ({ from: position, position, state, parking });
  const stay = async (at: ParkedStream, write: (parking: ParkedStreams) => Promise<void>): Promise<void> => {
    await write(withParked(parked, at));
    parked.set(streamId, at);
  };
  const { events: all } = await store.readStream(streamId);
  const missed = all.filter(({ globalPosition }) => globalPosition >= stream.position && globalPosition <= position);
  const bisection: Bisection = {
    write: (events) =>
      stay({ ...stream, position: after(events.at(-1)!.globalPosition, missed) }, (parking) => {
        const handled = handledOf({ ...parts, parked: new Map() }, { events });
        return database.transaction((tx) => foldBehind(tx, parts, { to: to(parking), handled }));
      }),
    async poison(event, cause) {
      const stopped = poisoned(event, cause);
      const at = { streamId, position: event.globalPosition, error: stopped.message };
      await stay(at, (parking) => advance(database, parts, to(parking)));
      throw stopped;
    },
  };
  try {
    for (let n = 0; n < missed.length; n += MOST_AT_ONCE) await bisect(missed.slice(n, n + MOST_AT_ONCE), bisection);
  } catch (error) {
    if (!(error instanceof ProjectionStopped)) throw error;
    log.error({ err: error, projection: projection.name, stream: streamId }, 'a parked stream stays parked');
    return;
  }
  await advance(database, parts, to(withoutParked(parked, stream)));
  parked.delete(streamId);
  log.info({ projection: projection.name, stream: streamId }, 'a stream is parked no longer');
}

/** The position of the next that is missed; of the last of all, the one after it. */
const after = (position: bigint, missed: readonly StoredEvent[]): bigint =>
  missed.find(({ globalPosition }) => globalPosition > position)?.globalPosition ?? position + 1n;

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { bulkhead } from 'cockatiel';
import { EventStoreUnavailable, Overloaded, UnknownOutcome } from '../../errors';
import { begunInTime } from '../begun-in-time';
import { toConflict } from '../conflict';
import type { AppendResult, ExpectedVersion } from '../event-store';
import { NO_STREAM } from '../event-store';
import { createKeyedQueue } from '../keyed-queue';
import type { Append } from '../written-event';
import type { Connection } from './connection';
import { toAppendFailure } from './failures';
import { collect } from './pages';
import type { Resolved } from './stored-form';
import { markOf, toProposed, toStoredEvent } from './stored-form';

/** About a second's work. */
const MAX_WAITING = 2_000;
const RETRY_AFTER_MS = 1_000;
/** As many as keep a server busy. More would only wait there, where their time to be answered runs: on a busy machine too few would be in time. */
const MAX_UNDER_WAY = 32;
const MAX_WAIT_MS = 5_000;
/** A node that was killed is back, or another one leads, after a few seconds. */
const SETTLE_PAUSES_MS = [50, 100, 200, 400, 800, 1_600];
/** A frozen one is not waited for: who asked has a right to hear that nobody knows. */
const SETTLE_ANSWERS = 1.5;

/**
 * Unary appends under exact revisions. A lost answer is settled by sending the same once more: the server knows the ids and stores nothing.
 * Appends to one stream wait for each other here: a copy that comes while the original is under way fails there, after 2 s.
 */
export function createAppending(connection: Connection) {
  const inTurn = createKeyedQueue();
  const withOthers = createRoom();
  let waiting = 0;

  async function send(append: Append, mark: string): Promise<AppendResult> {
    const { streamId, expected, events } = append;
    const proposed = events.map((event) => toProposed(event, mark));
    const options = { ...connection.options, expectedRevision: toRevision(expected) };
    const answer = await connection
      .run((client) => client.appendToStream(streamId, proposed, options))
      .catch((error: unknown) => Promise.reject(toAppendFailure(error, append)));
    // As the client says it when its connection string tells it not to throw.
    if (!answer.success) throw toConflict(append, Number(answer.nextExpectedRevision));
    try {
      return await readBack(append, Number(answer.nextExpectedRevision), mark);
    } catch (cause) {
      throw new UnknownOutcome(`stored, but not seen again yet: ${(cause as Error).message}`, { cause });
    }
  }

  /** The answer tells neither the place of each event nor whether they were there before: the stream does. */
  async function readBack({ streamId, events }: Append, version: number, mark: string): Promise<AppendResult> {
    const fromRevision = BigInt(version - events.length + 1);
    const options = { ...connection.options, fromRevision, maxCount: events.length };
    const found = await connection.run((client, signal) => collect(client.readStream(streamId, options), signal));
    if (events.some(({ eventId }, index) => found[index]?.event?.id !== eventId)) {
      throw new Error(`the stream does not hold what was taken for it`);
    }
    return toResult(found, mark);
  }

  async function settle(append: Append): Promise<AppendResult> {
    const mark = randomUUID();
    const giveUpAt = performance.now() + SETTLE_ANSWERS * connection.options.deadline;
    let doubt: UnknownOutcome | undefined;
    for (let tries = 0; ; tries++) {
      try {
        return await send(append, mark);
      } catch (error) {
        if (error instanceof UnknownOutcome) doubt ??= error;
        // After an append that may be there, "nothing was written" would be a lie.
        const open = error instanceof UnknownOutcome || (doubt && error instanceof EventStoreUnavailable);
        const wait = performance.now() < giveUpAt ? SETTLE_PAUSES_MS[tries] : undefined;
        // Without an exact revision the server would store it again.
        if (!open || wait === undefined || append.expected === 'any') throw open ? doubt : error;
        await pause(wait, undefined, { signal: connection.closing }).catch(() => Promise.reject(doubt as Error));
      }
    }
  }

  return async (append: Append): Promise<AppendResult> => {
    if (waiting >= MAX_WAITING) {
      throw new Overloaded(
        'too much waits to be written: try again in a second',
        new Date(Date.now() + RETRY_AFTER_MS),
      );
    }
    waiting++;
    try {
      return await inTurn(append.streamId, () => withOthers(() => settle(append)));
    } finally {
      waiting--;
    }
  };
}

/** Does so much at a time, in the order of coming, and nothing that waited for long. */
function createRoom() {
  const underWay = bulkhead(MAX_UNDER_WAY, Infinity);
  return <Answer>(work: () => Promise<Answer>): Promise<Answer> =>
    underWay.execute(begunInTime('this append', MAX_WAIT_MS, work));
}

function toRevision(expected: ExpectedVersion): 'any' | 'no_stream' | bigint {
  if (expected === 'any') return 'any';
  return expected === NO_STREAM ? 'no_stream' : BigInt(expected);
}

function toResult(found: Resolved[], mark: string): AppendResult {
  const stored = found.map((one) => toStoredEvent(one)!); // none is the server's own: they have our ids
  const last = stored.at(-1)!;
  return {
    version: last.streamVersion,
    position: last.globalPosition,
    positions: stored.map((event) => event.globalPosition),
    recordedAt: stored.map((event) => event.recordedAt),
    repeated: found.some((one) => markOf(one) !== mark),
  };
}

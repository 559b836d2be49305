import { EventStoreUnavailable, InvalidEvent, MediaNestError, PositionExpired, UnknownOutcome } from '../../errors';
import { toConflict } from '../conflict';
import { NO_STREAM } from '../event-store';
import type { Append } from '../written-event';

/** Our own deadline passed. */
export class NoAnswer extends Error {}

/** What the client throws: sometimes a class of its own with a `type`, sometimes a plain error, with a code or without. */
interface Failure {
  type?: string;
  code?: number;
  message: string;
  actualVersion?: bigint | 'no_stream';
}

const DEADLINE_EXCEEDED = 4;
/** No connection, or the node said no before it did anything. Everything else in doubt may have been stored. */
const NOTHING_SENT =
  /No connection established|Name resolution failed|Failed to discover|Waiting for LB pick|Server Is (Not Ready|Too Busy)|No leader info|ECONNREFUSED|Channel has been (closed|shut down)/i;
/** The server reads no record at such a place of its log: it is inside of one. */
const NO_PLACE = /Unexpected ReadAllResult/;

const failureOf = (error: unknown): Failure => error as Failure;

export const isNotLeader = (error: unknown): boolean => failureOf(error).type === 'not-leader';
export const isStreamMissing = (error: unknown): boolean => failureOf(error).type === 'stream-not-found';
export const isWrongVersion = (error: unknown): boolean => failureOf(error).type === 'wrong-expected-version';
export const isDenied = (error: unknown): boolean => (error as Failure | undefined)?.type === 'access-denied';

/** A client that waits for a frozen node, or that found none, goes on doing so. */
export function needsAnotherClient(error: unknown): boolean {
  const { code, message } = failureOf(error);
  return error instanceof NoAnswer || code === DEADLINE_EXCEEDED || /Failed to discover|Channel has been/.test(message);
}

/** All others would find out the same: of a frozen node each in its whole time, of none by a connection of its own. */
export function isAway(error: unknown): boolean {
  return needsAnotherClient(error) || /No connection established/.test(failureOf(error).message);
}

export function toReadFailure(cause: unknown): MediaNestError {
  if (cause instanceof MediaNestError) return cause;
  const { message } = failureOf(cause);
  if (NO_PLACE.test(message)) return new PositionExpired('this position is no place in the event store');
  if (isDenied(cause)) {
    const who = 'its user must be one of $admins, or be named by the readRoles in the metadata of $all';
    return new EventStoreUnavailable(`the event store denies us to read all of it: ${who} (${message})`, { cause });
  }
  return new EventStoreUnavailable(`the event store cannot be read: ${message}`, { cause });
}

/** What became of a failed append. In doubt it is unknown: a wrong "not written" would lose or double a fact. */
export function toAppendFailure(cause: unknown, append: Pick<Append, 'streamId' | 'expected'>): MediaNestError {
  if (cause instanceof MediaNestError) return cause;
  const { type, message, actualVersion } = failureOf(cause);
  switch (type) {
    case 'wrong-expected-version':
      return toConflict(append, typeof actualVersion === 'bigint' ? Number(actualVersion) : NO_STREAM);
    case 'maximum-append-size-exceeded':
      return new InvalidEvent(`the event store refuses this append: ${message}`, { cause });
    case 'stream-deleted':
      return new InvalidEvent(`stream ${append.streamId} was deleted from the event store and takes nothing any more`, {
        cause,
      });
    case 'access-denied':
      return new EventStoreUnavailable(`the event store denies us to write ${append.streamId}: ${message}`, { cause });
    case 'not-leader':
      return new EventStoreUnavailable(`the event store took nothing: no leader (${message})`, { cause });
  }
  if (NOTHING_SENT.test(message))
    return new EventStoreUnavailable(`the event store took nothing: ${message}`, { cause });
  return new UnknownOutcome(`no answer from the event store: ${message}`, { cause });
}

import { MediaNestError } from '../errors';
import type { StoredEvent } from '../event-store';
import { sqlStateOf } from '../postgres';

/** Another process leads: what this one was about to write was not written. */
export class LeadershipLost extends MediaNestError {
  readonly code = 'LEADERSHIP_LOST';
  override readonly retryable = true;
}

/** The projection cannot go on by itself; its checkpoint row says why. */
export class ProjectionStopped extends MediaNestError {
  readonly code = 'PROJECTION_STOPPED';
  override readonly report = true;
}

const LONGEST_REASON = 2_000;
/** In no text of PostgreSQL, or in none of its JSON. */
const UNSTORABLE = /[\0\p{Cs}]/gu;

/** The text that an operator reads, in the row of the checkpoint: which event, and what was thrown. */
export function poisoned(event: StoredEvent, cause: unknown): ProjectionStopped {
  const thrown = cause instanceof Error ? cause.message : String(cause);
  const reason = thrown.slice(0, LONGEST_REASON).replace(UNSTORABLE, '\ufffd');
  return new ProjectionStopped(
    `cannot project ${event.type} of stream ${event.streamId} at position ${event.globalPosition}: ${reason}`,
    { cause },
  );
}

/** SQLSTATEs of statements that lost a race or the patience of the server: the same may go well next time. */
const PASSING = new Set(['40001', '40P01', '55P03', '57014', '25006']);

/** The database or a race is to blame, not the events. */
export function isPassing(error: unknown): boolean {
  if (error instanceof MediaNestError) return error.retryable;
  return PASSING.has(sqlStateOf(error));
}

/** What every error of ours has: a stable code for clients, and whether an operator should hear of it. */
export abstract class MediaNestError extends Error {
  /** Stable and documented; clients switch on it. */
  abstract readonly code: string;
  /** True: a bug or a broken part that the operator must see in the log at `error`. */
  readonly report: boolean = false;
  /** What a caller is told of what is reported: its message is for the operator, and may hold what others may not see. */
  readonly told?: string;
  /** True: the same call may succeed later without a change by the caller. */
  readonly retryable: boolean = false;
  /** When a retry makes sense, if known. */
  readonly retryAfter?: Date;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** For `catch`: null for what nobody can tell now, and somebody may soon; all else is thrown on. */
export function unknownForNow(error: unknown): null {
  if (error instanceof MediaNestError && error.retryable) return null;
  throw error;
}

/** How long anybody waits for what is told beside an answer: a server that froze fails nothing for a minute. */
const PATIENCE_MS = 2_000;

/** Null for what nobody can tell now, and somebody may soon, and for what takes too long to be told. */
export function ifKnownSoon<Value>(asked: Promise<Value>): Promise<Value | null> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, null).unref();
  });
  return Promise.race([asked, tooLong])
    .catch(unknownForNow)
    .finally(() => clearTimeout(timer));
}

/** An expected refusal: features throw its children, resolvers answer them as `problems`. Never reported. */
export abstract class DomainError extends MediaNestError {}

/** The caller named something that is not there, or that they may not see (the two are not told apart). */
export class NotFound extends DomainError {
  readonly code = 'NOT_FOUND';
}

/**
 * An argument is wrong. `argumentPath` leads to it, as in the input type; `code` may be more exact than INVALID_INPUT.
 * Not called `path`: graphql-js takes an error with a `path` for one of its own and passes it on unwrapped.
 */
export class InvalidInput extends DomainError {
  constructor(
    message: string,
    readonly argumentPath: string[],
    readonly code: string = 'INVALID_INPUT',
  ) {
    super(message);
  }
}

/** The state of things does not allow it (any more). */
export class Conflict extends DomainError {
  constructor(
    message: string,
    readonly code: string = 'CONFLICT',
  ) {
    super(message);
  }
}

/** The caller lacks scopes. */
export class Forbidden extends DomainError {
  readonly code = 'FORBIDDEN';
  constructor(
    message: string,
    readonly missing: string[],
  ) {
    super(message);
  }
}

/** No valid token came with the operation. */
export class Unauthenticated extends MediaNestError {
  readonly code = 'UNAUTHENTICATED';
}

/** The same idempotency key came with another body. */
export class IdempotencyKeyReused extends DomainError {
  readonly code = 'IDEMPOTENCY_KEY_REUSED';
}

/** The stream moved on since it was read. `actual` is its version now (-1: it does not exist). */
export class ConcurrencyConflict extends MediaNestError {
  readonly code = 'CONCURRENCY_CONFLICT';
  override readonly retryable = true;
  constructor(
    readonly streamId: string,
    readonly expected: number,
    readonly actual: number,
  ) {
    super(`stream ${streamId} is at version ${actual}, expected ${expected}`);
  }
}

/** The database cannot be reached, ended the session, or is out of connections, memory or disk. */
export class DatabaseUnavailable extends MediaNestError {
  readonly code = 'DATABASE_UNAVAILABLE';
  override readonly report = true;
  override readonly told: string = 'the database is away; try again in a moment';
  override readonly retryable = true;
}

/** No connection came about, however that failed: nothing was sent. */
export class DatabaseUnreachable extends DatabaseUnavailable {}

/** The store cannot be reached or refuses; nothing was written as far as is known. */
export class EventStoreUnavailable extends MediaNestError {
  readonly code = 'EVENT_STORE_UNAVAILABLE';
  override readonly report = true;
  override readonly told: string = 'the event store is away; try again in a moment';
  override readonly retryable = true;
}

/** The append was sent and no answer came: it may be there. A retry with the same ids and version settles it. */
export class UnknownOutcome extends MediaNestError {
  readonly code = 'UNKNOWN_OUTCOME';
  override readonly report = true;
  override readonly told: string =
    'the event store did not answer in time, so this was written or it was not; try again, with the same idempotencyKey if there was one';
  override readonly retryable = true;
}

/** A service that is needed for an answer cannot be asked, and nothing of it is remembered. The message says what to do. */
export class UpstreamUnavailable extends MediaNestError {
  readonly code = 'UPSTREAM_UNAVAILABLE';
  override readonly retryable = true;
  constructor(
    message: string,
    override readonly retryAfter?: Date,
  ) {
    super(message);
  }
}

/** Too much waits already: nothing was written. */
export class Overloaded extends MediaNestError {
  readonly code = 'OVERLOADED';
  override readonly retryable = true;
  constructor(
    message: string,
    override readonly retryAfter: Date,
  ) {
    super(message);
  }
}

/** One operation asks for more than anybody may at once. */
export class CostExceeded extends MediaNestError {
  readonly code = 'COST_EXCEEDED';
  constructor(
    readonly requested: number,
    readonly maximum: number,
  ) {
    super(
      `this operation costs up to ${requested}, at most ${maximum} are allowed: ask for fewer entries (first) or less of each`,
    );
  }
}

/** The caller has used up what there is for now. */
export class RateLimited extends MediaNestError {
  readonly code = 'RATE_LIMITED';
  override readonly retryable = true;
  constructor(
    readonly requested: number,
    readonly available: number,
    override readonly retryAfter: Date,
  ) {
    super(
      `this operation costs up to ${requested} and you have ${available} left; try again at ${retryAfter.toISOString()}`,
    );
  }
}

/** What was to be stored is beyond the limits of an event, or cannot be written down. */
export class InvalidEvent extends MediaNestError {
  readonly code = 'INVALID_EVENT';
  override readonly report = true;
}

/** A stored event has a type or version that no codec knows, or does not fit it. */
export class UnreadableEvent extends MediaNestError {
  readonly code = 'UNREADABLE_EVENT';
  override readonly report = true;
}

/** A position of another store, beyond the head, or older than what the change feed keeps. */
export class PositionExpired extends MediaNestError {
  readonly code = 'POSITION_EXPIRED';
  constructor(
    message: string,
    readonly oldest?: string,
  ) {
    super(message);
  }
}

/** The read model did not reach the wanted position in time. */
export class StaleRead extends MediaNestError {
  readonly code = 'STALE_READ';
  override readonly retryable = true;
  constructor(
    message: string,
    /** Its projection stands still: it comes no further until somebody helps it, or until its rows are made anew. */
    readonly standsStill = false,
  ) {
    super(message);
  }
}

/** A subscriber read too slowly; it goes on from `position`. */
export class Lagged extends MediaNestError {
  readonly code = 'LAGGED';
  override readonly retryable = true;
  constructor(readonly position: string) {
    super(`this subscription fell behind; subscribe again with after: "${position}"`);
  }
}

/** Start-up cannot go on: says what is wrong and what to do. Printed without a stack. */
export class StartupError extends MediaNestError {
  readonly code = 'STARTUP';
}

/** Why nobody can listen there, in words for a person where it is a matter of settings. `setting` names the port. */
export function listenFailure(
  error: NodeJS.ErrnoException,
  { host, port, setting }: { host: string; port: number; setting: string },
): Error {
  const elsewhere = `${host} is not an address of this machine (${error.code}); set HOST to one of its own, or to 0.0.0.0 for all of them`;
  const complaints: Record<string, string> = {
    EADDRINUSE: `port ${port} of ${host} is taken by another program; stop it, or set ${setting} to another one`,
    EACCES: `port ${port} of ${host} is not for this user, as ports below 1024 often are; set ${setting} to another one`,
    EADDRNOTAVAIL: elsewhere,
    ENOTFOUND: elsewhere,
  };
  const complaint = complaints[error.code ?? ''];
  return complaint === undefined ? error : new StartupError(complaint);
}

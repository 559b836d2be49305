import {
  DatabaseUnavailable,
  DatabaseUnreachable,
  EventStoreUnavailable,
  InvalidEvent,
  Overloaded,
  UnknownOutcome,
} from '../../errors';
import { wasNotSent } from '../../postgres';

/** What Node says when no connection came about. */
const NOT_CONNECTED = /^(ECONNREFUSED|ENOENT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EACCES)$/;
/** SQLSTATEs: bad data (22), a broken constraint (23), beyond a limit of the server (54). */
const REFUSED_DATA = /^(22|23|54)/;
/** Connection broken (08), completion unknown (40003), the server ended the session under the statement (57P01, 57P02, 57P05). */
const MAYBE_COMMITTED = /^(08|40003|57P0[125])/;

/** No instanceof: Node's own errors are of another realm in some runners. */
interface Failure {
  code?: string;
  message: string;
  /** Only what the server answered has one. */
  severity?: string;
  syscall?: string;
}

/** Who is turned away by the pool is told when to come again. */
export function toReadFailure(cause: unknown): EventStoreUnavailable | Overloaded {
  if (cause instanceof Overloaded) return cause;
  return new EventStoreUnavailable(`the event store cannot be read: ${rootOf(cause).message}`, { cause });
}

/** What became of a failed append. In doubt it is unknown: a wrong "not written" would lose or double a fact. */
export function toAppendFailure(cause: unknown): EventStoreUnavailable | InvalidEvent | UnknownOutcome {
  const failure = rootOf(cause);
  if (failure.severity !== undefined && REFUSED_DATA.test(failure.code ?? '')) {
    return new InvalidEvent(`the event store refuses this event: ${failure.message}`, { cause });
  }
  // A connection that breaks while it is made says the same as one that breaks under a statement.
  if (cause instanceof DatabaseUnreachable || nothingWritten(failure)) {
    return new EventStoreUnavailable(`the event store took nothing: ${failure.message}`, { cause });
  }
  return toUnknownOutcome(cause);
}

export function toUnknownOutcome(cause: unknown): UnknownOutcome {
  return new UnknownOutcome(`no answer from the event store: ${rootOf(cause).message}`, { cause });
}

function nothingWritten({ code = '', message, severity, syscall }: Failure): boolean {
  if (severity !== undefined) return !MAYBE_COMMITTED.test(code);
  return NOT_CONNECTED.test(code) || syscall === 'connect' || wasNotSent(message);
}

function rootOf(error: unknown): Failure {
  return (error instanceof DatabaseUnavailable ? error.cause : error) as Failure;
}

import { DatabaseUnavailable, DatabaseUnreachable, InvalidInput } from '../errors';
import { isAboutConnection } from './driver-messages';
import { OTHER_SESSION } from './prepared';

/** What Node says of a socket that cannot be opened or broke. */
const SOCKET_ERRORS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
]);
/**
 * SQLSTATEs: 08 connection, 28 it does not let us in, 53 out of resources (connections, memory, disk), 58 its system fails it, 57P01 to 57P05 the
 * server ended the session or is not ready, 25P03 and 25P04 it ended one that idled in a transaction, or whose transaction took too long.
 */
const SERVER_STATES = /^(08...|28...|53...|58...|57P0[1-5]|25P0[34])$/;

/** PostgreSQL stores no NUL and no broken UTF-8; whoever sent such a text can be told. */
const UNSTORABLE_TEXT = /^(22021|22P05)$/;
/** A cursor that somebody made up may hold what is no time. */
const NO_TIME = /^(22007|22008)$/;

/**
 * Makes DatabaseUnavailable of an error that is about the connection or the server, and InvalidInput of one about a text or a time that cannot
 * be stored; an error about the SQL stays as it is.
 */
export function asDatabaseError(error: unknown): unknown {
  // No instanceof: what another realm threw is an Error too.
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string };
  if (UNSTORABLE_TEXT.test(code)) return new InvalidInput('a text holds a character that cannot be stored', []);
  if (NO_TIME.test(code)) return new InvalidInput('a date or time is none', []);
  const states = [SERVER_STATES, OTHER_SESSION];
  const unavailable = SOCKET_ERRORS.has(code) || states.some((state) => state.test(code)) || isAboutConnection(message);
  return unavailable ? new DatabaseUnavailable(tell(error), { cause: error }) : error;
}

/** For what failed before there was a connection: whatever it was, it was not about the SQL. */
export function toUnreachable(error: unknown): DatabaseUnreachable {
  return new DatabaseUnreachable(tell(error), { cause: error });
}

function tell(error: unknown): string {
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string };
  return `the database is not available: ${message || code}`;
}

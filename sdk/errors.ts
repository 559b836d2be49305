/** One error as GraphQL tells it. */
export interface GraphQLProblem {
  readonly message: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** An answer as it comes over HTTP or a socket. */
export interface Answer {
  data?: unknown;
  errors?: readonly GraphQLProblem[] | undefined;
}

export interface Failure {
  /** What the server said; empty when it said nothing that is GraphQL. */
  errors?: readonly GraphQLProblem[];
  /** The status of the HTTP answer, or the code that the socket was closed with; absent when there was neither. */
  status?: number;
  /** When a retry makes sense, in milliseconds from now. */
  retryAfterMs?: number;
  cause?: unknown;
}

/** The server refused or failed, or could not be reached. Expected failures of a mutation are none of these: they are its `problems`. */
export class MediaNestError extends Error {
  override readonly name: string = 'MediaNestError';
  readonly errors: readonly GraphQLProblem[];
  readonly status: number | undefined;
  /** Stable, like FORBIDDEN; UNREACHABLE when the server said nothing. Programs switch on it. */
  readonly code: string;
  /** The same call may succeed later, unchanged. */
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { errors = [], status, retryAfterMs, cause }: Failure = {}) {
    super(message, { cause });
    this.errors = errors;
    this.status = status;
    this.code = codeOf(errors, status);
    this.retryable =
      errors.length > 0 ? errors.some(({ extensions }) => extensions?.['retryable'] === true) : isPassing(status);
    this.retryAfterMs = retryAfterMs ?? waitOf(errors);
  }
}

/**
 * A subscription cannot go on where it was: what came after its position is not kept any more, or the server has another store now. Changes may
 * have been missed. Read how things are now with a query, then subscribe without `after`.
 */
export class PositionExpiredError extends MediaNestError {
  override readonly name = 'PositionExpiredError';

  /** The oldest position that can be gone on from, when the server knows one. */
  get oldest(): string | undefined {
    return this.errors[0]?.extensions?.['oldest'] as string | undefined;
  }
}

/** What was thrown, as one of ours: a close event, the errors in place of a message, an error of the network. */
export function failureOf(reason: unknown): Error {
  if (reason instanceof MediaNestError) return reason;
  if (Array.isArray(reason)) return refusal(reason as GraphQLProblem[]);
  const { code, reason: why, message } = reason as { code?: unknown; reason?: string; message?: string };
  if (typeof code === 'number') {
    return new MediaNestError(`the connection was closed (${[code, why].filter(Boolean).join(': ')})`, {
      status: code,
    });
  }
  // Sockets fail with events, not with errors: an error is of whoever gave us a token or an address.
  if (reason instanceof Error) return reason;
  return unreachable(message, reason);
}

export const unreachable = (why: string | undefined, cause: unknown): MediaNestError =>
  new MediaNestError(`the server cannot be reached${why ? `: ${why}` : ''}`, { cause });

/** The data of an answer; throws its errors. */
export function dataOf<Data>({ data, errors = [] }: Answer, failure: Failure = {}): Data {
  if (errors.length > 0) throw refusal(errors, failure);
  if (data !== undefined && data !== null) return data as Data;
  throw new MediaNestError(`no GraphQL answer (${failure.status ?? 'no status'})`, failure);
}

function refusal(errors: readonly GraphQLProblem[], failure: Failure = {}): MediaNestError {
  const said = errors.map(({ message }) => message).join('; ');
  if (codeOf(errors, undefined) !== 'POSITION_EXPIRED') return new MediaNestError(said, { ...failure, errors });
  const advice = 'Read how things are now with a query, then subscribe without `after`.';
  return new PositionExpiredError(`${said}. ${advice}`, { ...failure, errors });
}

const UNAUTHORIZED = new Set([4401, 4403]);

function codeOf([first]: readonly GraphQLProblem[], status: number | undefined): string {
  if (first) return String(first.extensions?.['code'] ?? 'UNKNOWN');
  if (status === undefined) return 'UNREACHABLE';
  if (UNAUTHORIZED.has(status)) return 'UNAUTHENTICATED';
  return isSocketCode(status) ? 'CONNECTION_CLOSED' : 'HTTP_FAILURE';
}

/** What a proxy in between, or a server that starts or goes, answers. */
const PASSING_STATUS = new Set([408, 429, 502, 503, 504]);
/** Both sides speak another language, or the message is too large: the next attempt would end the same way. */
const FINAL_CLOSE = new Set([1002, 1003, 1007, 1008, 1009, 1010, 4004, 4400, 4406, ...UNAUTHORIZED]);

function isPassing(status: number | undefined): boolean {
  if (status === undefined) return true;
  return isSocketCode(status) ? !FINAL_CLOSE.has(status) : PASSING_STATUS.has(status);
}

const isSocketCode = (status: number): boolean => status >= 1000;

function waitOf([first]: readonly GraphQLProblem[]): number | undefined {
  const at = first?.extensions?.['retryAfter'];
  return typeof at === 'string' ? Math.max(0, Date.parse(at) - Date.now()) : undefined;
}

import { randomUUID } from 'node:crypto';
import type { GraphQLErrorExtensions, GraphQLFormattedError } from 'graphql';
import { GraphQLError, Kind } from 'graphql';
import {
  CostExceeded,
  Forbidden,
  InvalidInput,
  Lagged,
  MediaNestError,
  PositionExpired,
  RateLimited,
} from '../mechanisms/errors';
import type { Logger } from '../mechanisms/observability';

/** Any error as clients may see it. Never a stack, SQL, or what an upstream said. */
export type TranslateError = (error: unknown) => GraphQLFormattedError;

/** Errors of the protocol and of documents: about what the caller sent, so that the caller may read them. */
const PROTOCOL_CODES = new Set<unknown>([
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PAYLOAD_TOO_LARGE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'TOO_MANY_SUBSCRIPTIONS',
]);

/** The one translator to GraphQL. What nobody expected gets an id that stands in the answer and in the log. */
export function createErrorTranslator(log: Logger): TranslateError {
  return (error) => {
    const { locations, path } = error instanceof GraphQLError ? error.toJSON() : {};
    return { ...describe(error), ...(locations && { locations }), ...(path && { path }) };
  };

  function describe(error: unknown): Description {
    const cause = causeOf(error);
    const expected = describeExpected(cause);
    if (expected) return expected;
    const errorId = randomUUID();
    log.error({ errorId, err: cause }, 'operation failed');
    const told = (cause instanceof MediaNestError && cause.told) || 'this server failed';
    return {
      message: `${told} (the server's log tells more under ${errorId})`,
      extensions: { ...detailsOfUnexpected(cause), errorId },
    };
  }
}

/** The code that the translator tells of it. */
export function codeOf(error: unknown): string {
  const cause = causeOf(error);
  return String((describeExpected(cause)?.extensions ?? detailsOfUnexpected(cause)).code);
}

interface Description {
  message: string;
  extensions: GraphQLErrorExtensions;
}

function describeExpected(cause: unknown): Description | undefined {
  if (cause instanceof MediaNestError && !cause.report) return { message: cause.message, extensions: details(cause) };
  if (cause instanceof GraphQLError && PROTOCOL_CODES.has(cause.extensions.code)) {
    // Other extensions are dropped: some libraries put the whole input there, passwords too.
    return { message: cause.message, extensions: { code: cause.extensions.code } };
  }
  if (isOfArguments(cause)) return { message: cause.message, extensions: { code: 'BAD_USER_INPUT' } };
  if (isRefusedRequest(cause)) return { message: cause.message, extensions: { code: 'BAD_REQUEST' } };
  return undefined;
}

const detailsOfUnexpected = (cause: unknown): GraphQLErrorExtensions =>
  cause instanceof MediaNestError ? details(cause) : { code: 'INTERNAL_SERVER_ERROR' };

/** What a resolver threw lies inside the GraphQLError that says where. */
function causeOf(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError && !PROTOCOL_CODES.has(cause.extensions.code)) {
    cause = cause.originalError;
  }
  return cause;
}

/**
 * What graphql-js says of an argument that only shows while it executes: a null in a variable where there must be none. It has no code, and points
 * at the value; graphql-js's complaints about our own answers point at fields.
 */
function isOfArguments(cause: unknown): cause is GraphQLError {
  if (!(cause instanceof GraphQLError) || cause.extensions.code !== undefined || !cause.nodes?.length) return false;
  return cause.nodes.every(({ kind }) => kind === Kind.VARIABLE || kind.endsWith('Value'));
}

/** What Apollo refuses before it looks at the operation, like a persisted query whose hash is another one: a status of the caller's and no code. */
function isRefusedRequest(cause: unknown): cause is GraphQLError {
  if (!(cause instanceof GraphQLError) || cause.extensions.code !== undefined || cause.path) return false;
  const { status } = (cause.extensions.http ?? {}) as { status?: number };
  return status !== undefined && status >= 400 && status < 500;
}

function details(error: MediaNestError): GraphQLErrorExtensions {
  const { code, retryable, retryAfter } = error;
  return { code, retryable, ...(retryAfter && { retryAfter: retryAfter.toISOString() }), ...own(error) };
}

function own(error: MediaNestError): GraphQLErrorExtensions {
  if (error instanceof Forbidden) return { missing: error.missing };
  if (error instanceof InvalidInput) return { argumentPath: error.argumentPath };
  if (error instanceof PositionExpired) return { oldest: error.oldest };
  if (error instanceof Lagged) return { position: error.position };
  if (error instanceof CostExceeded) return { requested: error.requested, maximum: error.maximum };
  if (error instanceof RateLimited) return { requested: error.requested, available: error.available };
  return {};
}

/** What never reached GraphQL, shaped as its clients read errors. */
export function errorBody(code: string, message: string) {
  return { errors: [{ message, extensions: { code } }] };
}

import type { ApolloServerOptions, ApolloServerPlugin, GraphQLResponse } from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError } from 'graphql';
import { Unauthenticated } from '../mechanisms/errors';
import type { Logger } from '../mechanisms/observability';
import type { AccessCheck } from './access';
import type { Bill, Charge } from './charge';
import type { OperationContext } from './context';
import type { Documents } from './documents';
import type { TranslateError } from './errors';
import { limitRules, LIMITS, onlyOfRepetition } from './limits';
import type { OperationLog } from './operation-log';
import { refusalOf } from './refusal';

export interface ApolloParts {
  checkAccess: AccessCheck;
  charge: Charge;
  documents: Documents;
  operations: OperationLog;
  translate: TranslateError;
  log: Logger;
}

/** What Apollo is told beside the schema. */
export function apolloOptions(parts: ApolloParts) {
  const { translate, log } = parts;
  return {
    logger: log,
    introspection: true, // for signed-in users only: the access check says so
    csrfPrevention: true,
    parseOptions: { maxTokens: LIMITS.tokens },
    validationRules: [...limitRules],
    includeStacktraceInErrorResponses: false,
    formatError: (_formatted, error) => translate(error),
    stopOnTerminationSignals: false, // the process is shut down in one place, in order
    plugins: [
      // Its cache control hints cost more than the rest of it together, and nobody reads them; its landing page loads from elsewhere.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      passGate(parts),
      answerPlainJsonWith200(),
    ],
  } satisfies Partial<ApolloServerOptions<OperationContext>>;
}

/** What every operation passes before it runs. */
function passGate({
  checkAccess,
  charge,
  documents,
  operations,
  translate,
}: ApolloParts): ApolloServerPlugin<OperationContext> {
  return {
    async invalidRequestWasReceived({ error }) {
      // Who takes no JSON was answered before that came to light.
      if (statusOf(error) !== 406) operations.begin('HTTP').end([error]);
    },
    async requestDidStart() {
      const record = operations.begin('HTTP');
      let bill: Bill | undefined;
      return {
        async validationDidStart() {
          return async (errors) => {
            const told = errors && onlyOfRepetition(errors);
            if (told && told.length < errors.length) (errors as Error[]).splice(0, Infinity, ...told);
          };
        },
        async didResolveOperation({ document, operation, request, contextValue, source, queryHash }) {
          if (!operation) return;
          record.facts.operation = operation;
          if (operation.operation === 'subscription') throw subscriptionByHttp();
          try {
            checkAccess(document, operation, contextValue.viewer);
            bill = await charge({ document, operation, variables: request.variables ?? {} }, contextValue);
          } catch (error) {
            throw withStatus(error);
          }
          documents.keep({ text: source, hash: queryHash, document });
        },
        async willSendResponse({ response, queryHash, contextValue, errors }) {
          const { body } = response;
          Object.assign(record.facts, { hash: queryHash, context: contextValue });
          if (bill && body.kind === 'single') {
            const { singleResult } = body;
            const [cost, trace] = [bill.settle(singleResult.data), record.trace()];
            record.facts.cost = cost;
            singleResult.extensions = { ...singleResult.extensions, cost, ...(trace && { trace }) };
          }
          const kept = contextValue.viewer ? undefined : keepSchema(response, translate);
          record.end(kept ? [kept] : errors);
        },
      };
    },
  };
}

const statusOf = (error: unknown): unknown =>
  error instanceof GraphQLError ? (error.extensions.http as { status?: number } | undefined)?.status : undefined;

/** Errors of a request that is well-formed as a request. */
const OF_THE_DOCUMENT = new Set<unknown>([
  'BAD_USER_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
]);

/**
 * As "GraphQL over HTTP" asks: who takes `application/json` and not the type of GraphQL's own answers cannot tell our 400 from one of a proxy in
 * between, so that the body alone tells of errors of the document. Who names no type gets the 400 that such programs always got.
 */
function answerPlainJsonWith200(): ApolloServerPlugin<OperationContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse({ request, response: { body, http } }) {
          const accept = request.http?.headers.get('accept') ?? '';
          const isPlain = accept.includes('application/json') && !accept.includes('application/graphql-response+json');
          const errors = body.kind === 'single' ? (body.singleResult.errors ?? []) : [];
          if (isPlain && errors.length > 0 && errors.every(({ extensions }) => OF_THE_DOCUMENT.has(extensions?.code))) {
            http.status = 200;
          }
          return Promise.resolve();
        },
      }),
  };
}

/** Messages of validation name fields and types; a caller without a token is told one that names none. The error that is told instead, if one is. */
function keepSchema({ body, http }: GraphQLResponse, translate: TranslateError): Error | undefined {
  if (body.kind !== 'single') return undefined;
  const { singleResult } = body;
  if (!singleResult.errors?.some(({ extensions }) => extensions?.code === 'GRAPHQL_VALIDATION_FAILED'))
    return undefined;
  const error = new Unauthenticated('this is no operation for a caller without a token');
  singleResult.errors = [translate(error)];
  http.status = 401;
  return error;
}

function subscriptionByHttp(): GraphQLError {
  return new GraphQLError(
    'subscriptions are served at this address on a WebSocket (graphql-transport-ws), and to who accepts text/event-stream',
    { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } },
  );
}

function withStatus(error: unknown): unknown {
  const refusal = refusalOf(error);
  if (!refusal) return error;
  const { status, headers = {} } = refusal;
  const originalError = error as Error;
  const http = { status, headers: new HeaderMap(Object.entries(headers)) };
  return new GraphQLError(originalError.message, { originalError, extensions: { http } });
}

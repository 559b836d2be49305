import type { ExecutionResult, FormattedExecutionResult } from 'graphql';
import { getOperationAST, GraphQLError } from 'graphql';
import type { Request, RequestParams } from 'graphql-sse';
import type { FastifyRequest } from 'fastify';
import { Unauthenticated } from '../mechanisms/errors';
import type { TranslateError } from './errors';
import type { EventStream } from './event-stream';
import type { SessionOptions } from './websocket-session';
import { LIMITS } from './limits';
import type { PreparedOperation } from './operation';
import { createContext, prepareOperation, runOperation, tellResult, tooManyOperations } from './operation';
import { resumable, takePosition } from './resumable';
import { subscribePerEvent } from './subscription';

/** Who asks, and on which stream they are answered. */
export interface Asking {
  token: string | undefined;
  /** The position to go on after, as the client's last event had it. */
  after: string | undefined;
  /** The name of a stream that many operations share; absent: a stream for this operation alone. */
  shared?: string;
  stream: EventStream;
}
export type StreamRequest = Request<FastifyRequest, Asking>;

/** A result as the client sees it, with the position of its event. */
export interface TellableResult extends FormattedExecutionResult {
  position?: string;
}

const DONE = { done: true, value: undefined } as const;

/** Runs what comes for a stream, with the same rules and codes as on a socket. Failures are results. */
export function createStreamOperations(options: SessionOptions) {
  const { authenticate, translate, schema, operations } = options;

  async function start({ method, context }: StreamRequest, params: RequestParams, ended: () => void) {
    const { token, after } = context;
    const prepared = await prepareOperation(options, {
      request: { ...params, query: params.query ?? '' },
      record: operations.begin('EVENT_STREAM'),
      async openContext() {
        const viewer = await authenticate(token);
        if (viewer) return createContext(viewer);
        throw new Unauthenticated('your token is not valid any more');
      },
    });
    if (Array.isArray(prepared)) return { errors: prepared.map(translate) };
    const kind = prepared.operation.operation;
    if (kind === 'mutation' && method === 'GET') throw refused(prepared, mutationByGet());
    if (kind !== 'subscription') return tellResult(prepared, await runOperation(prepared), translate);
    const document = resumable(schema, prepared.document, after);
    const operation = getOperationAST(document, prepared.operationName)!;
    const results = await subscribePerEvent({ ...prepared, document, operation });
    const tell = (result: ExecutionResult) => tellResult(prepared, result, translate);
    if (!(Symbol.asyncIterator in results)) return tell(results);
    return tellAll({ results, tell, translate, ended });
  }

  return async (request: StreamRequest, params: RequestParams) => {
    const { stream } = request.context;
    if (stream.running >= LIMITS.subscriptionsPerSocket)
      return { data: undefined, errors: [translate(tooManyOperations(operations.begin('EVENT_STREAM')))] };
    stream.running += 1; // before anything is waited for: those that come meanwhile count it too
    const ended = () => void (stream.running -= 1);
    try {
      const answer = await start(request, params, ended);
      if (Symbol.asyncIterator in answer) {
        // The library ended all that it knew of when its reader went, and this was not yet among them.
        if (stream.ended) await answer.return(undefined);
        return answer;
      }
      ended();
      return { data: undefined, ...answer }; // the library knows a result by its `data`
    } catch (error) {
      ended();
      return { data: undefined, errors: [translate(error)] };
    }
  };
}

function refused({ record }: PreparedOperation, error: GraphQLError): GraphQLError {
  record.end([error]);
  return error;
}

function mutationByGet(): GraphQLError {
  return new GraphQLError('a mutation is sent by POST', { extensions: { code: 'BAD_REQUEST' } });
}

interface Told {
  results: AsyncGenerator<ExecutionResult>;
  tell(result: ExecutionResult): FormattedExecutionResult;
  translate: TranslateError;
  ended(): void;
}

/** Results as the client sees them, each with its position; a failure is the last of them. */
function tellAll({ results, tell, translate, ended }: Told): AsyncGenerator<TellableResult, undefined> {
  let over = false;
  const end = (): typeof DONE => {
    if (!over) ended();
    over = true;
    return DONE;
  };
  const told: AsyncGenerator<TellableResult, undefined> = {
    async next() {
      if (over) return DONE;
      try {
        const { done, value } = await results.next();
        if (done) return end();
        const position = takePosition(value.data);
        return { done: false, value: { ...tell(value), ...(position && { position }) } };
      } catch (error) {
        end();
        return { done: false, value: { errors: [translate(error)] } };
      }
    },
    async return() {
      await results.return(undefined);
      return end();
    },
    async throw(error) {
      end();
      await results.return(undefined);
      throw error;
    },
    [Symbol.asyncIterator]: () => told,
    [Symbol.asyncDispose]: async () => void (await told.return(undefined)),
  };
  return told;
}

import type { ExecutionArgs } from 'graphql';
import { GraphQLError } from 'graphql';
import type { Context, ServerOptions } from 'graphql-ws';
import { CloseCode } from 'graphql-ws';
import { Unauthenticated } from '../mechanisms/errors';
import { bearerToken, watchToken } from './bearer-token';
import type { Authenticate, OperationContext } from './context';
import type { TranslateError } from './errors';
import { LIMITS } from './limits';
import type { OperationLog } from './operation-log';
import type { OperationGate, OperationRequest, PreparedOperation } from './operation';
import { createContext, prepareOperation, runOperation, tellResult, tooManyOperations } from './operation';
import { subscribePerEvent } from './subscription';

export interface SessionOptions extends OperationGate {
  authenticate: Authenticate;
  operations: OperationLog;
  translate: TranslateError;
}

/** What is known of one socket beyond the protocol's own state. */
export interface SocketSession {
  close(code: number, reason: string): void;
  closed?: boolean;
  token?: string;
  unwatch?: () => void;
}

type SessionContext = Context<Record<string, unknown> | undefined, SocketSession>;

/** How the protocol is spoken here: a token opens the socket and is looked at again before every operation and every event. */
export function createSessionHandlers(
  options: SessionOptions,
): ServerOptions<Record<string, unknown> | undefined, SocketSession> {
  const { authenticate, translate, operations } = options;

  async function openContext(session: SocketSession): Promise<OperationContext> {
    const viewer = await authenticate(session.token);
    if (viewer) return createContext(viewer);
    endSession(session);
    throw new Unauthenticated('your token is not valid any more');
  }

  function prepare({ extra: session, subscriptions }: SessionContext, payload: OperationRequest) {
    const record = operations.begin('WEBSOCKET');
    if (Object.keys(subscriptions).length > LIMITS.subscriptionsPerSocket) throw tooManyOperations(record);
    return prepareOperation(options, { request: payload, record, openContext: () => openContext(session) });
  }

  return {
    connectionInitWaitTimeout: LIMITS.connectionInitMs,
    async onConnect({ connectionParams, extra: session }) {
      const token = bearerToken(connectionParams?.authorization);
      const viewer = await authenticate(token);
      if (!viewer) {
        session.close(
          CloseCode.Unauthorized,
          'connection_init needs a valid token: { "authorization": "Bearer <token>" }',
        );
        return false;
      }
      if (session.closed) return false;
      session.token = token;
      session.unwatch = watchToken(authenticate, { token, viewer, ended: () => endSession(session) });
      return true;
    },
    async onSubscribe(context, _id, payload) {
      try {
        return await prepare(context, payload);
      } catch (error) {
        return [new GraphQLError('refused', { originalError: error as Error })];
      }
    },
    execute: (args: ExecutionArgs) => runOperation(args as PreparedOperation),
    subscribe: (args: ExecutionArgs) => subscribePerEvent(args as PreparedOperation),
    // eslint-disable-next-line max-params -- the library calls it so
    async onOperation({ subscriptions }, id, _payload, args, result) {
      const answer = await result;
      // Who asked has gone and is told nothing; what it did is paid for and logged all the same.
      if (!(Symbol.asyncIterator in answer) && !(id in subscriptions)) {
        tellResult(args as PreparedOperation, answer, translate);
      }
    },
    // eslint-disable-next-line max-params -- the library calls it so
    onNext(_context, _id, _payload, args, result) {
      return tellResult(args as PreparedOperation, result, translate);
    },
    // eslint-disable-next-line max-params -- the library calls it so
    onError: (_context, _id, _payload, errors) => errors.map(translate),
    onClose({ extra: session }) {
      session.closed = true;
      session.unwatch?.();
    },
  };
}

function endSession(session: SocketSession): void {
  session.close(
    CloseCode.Forbidden,
    'your token has ended: connect with a new one, and go on after your last position',
  );
}

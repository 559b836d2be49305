import type { ExecutionArgs } from 'graphql';
import { GraphQLError } from 'graphql';
import type { Context, ServerOptions } from 'graphql-ws';
import { CloseCode } from 'graphql-ws';
import { Unauthenticated } from '../mechanisms/errors';
import { bearerToken } from './bearer-token';
import type { Authenticate, OperationContext } from './context';
import type { TranslateError } from './errors';
import { LIMITS } from './limits';
import type { OperationGate, PreparedOperation } from './operation';
import { createContext, prepareOperation, tellResult } from './operation';
import { subscribePerEvent } from './subscription';

export interface SessionOptions extends OperationGate {
  authenticate: Authenticate;
  translate: TranslateError;
}

/** What is known of one socket beyond the protocol's own state. */
export interface SocketSession {
  close(code: number, reason: string): void;
  closed?: boolean;
  token?: string;
  tokenEnds?: NodeJS.Timeout;
}

type SessionContext = Context<Record<string, unknown> | undefined, SocketSession>;

interface SocketOperation extends PreparedOperation {
  contextForEvent(): Promise<OperationContext>;
}

const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** How the protocol is spoken here: a token opens the socket and is looked at again before every operation and every event. */
export function createSessionHandlers(
  options: SessionOptions,
): ServerOptions<Record<string, unknown> | undefined, SocketSession> {
  const { authenticate, translate } = options;

  async function openContext(session: SocketSession): Promise<OperationContext> {
    const viewer = await authenticate(session.token);
    if (viewer) return createContext(viewer);
    endSession(session);
    throw new Unauthenticated('your token is not valid any more');
  }

  async function prepare(
    { extra: session, subscriptions }: SessionContext,
    payload: Parameters<typeof prepareOperation>[1],
  ) {
    if (Object.keys(subscriptions).length > LIMITS.subscriptionsPerSocket) return [tooMany()];
    const contextValue = await openContext(session);
    const prepared = await prepareOperation(options, payload, contextValue);
    if (Array.isArray(prepared)) return prepared;
    const contextForEvent = async () => {
      const context = await openContext(session);
      options.checkAccess(prepared.document, prepared.operation, context.viewer);
      return context;
    };
    return { ...prepared, contextForEvent } satisfies SocketOperation;
  }

  return {
    connectionInitWaitTimeout: LIMITS.connectionInitMs,
    async onConnect({ connectionParams, extra: session }) {
      const token = bearerToken(connectionParams?.authorization);
      const viewer = await authenticate(token);
      if (!viewer) {
        session.close(CloseCode.Unauthorized, 'connection_init needs { "authorization": "Bearer <token>" }');
        return false;
      }
      if (session.closed) return false;
      session.token = token;
      const remaining = viewer.expiresAt.getTime() - Date.now();
      session.tokenEnds = setTimeout(() => endSession(session), Math.min(remaining, MAX_TIMEOUT_MS));
      return true;
    },
    async onSubscribe(context, _id, payload) {
      try {
        return await prepare(context, payload);
      } catch (error) {
        return [new GraphQLError('refused', { originalError: error as Error })];
      }
    },
    subscribe: (args: ExecutionArgs) => subscribePerEvent(args, (args as SocketOperation).contextForEvent),
    // eslint-disable-next-line max-params -- the library calls it so
    onNext(_context, _id, _payload, args, result) {
      return tellResult(args as SocketOperation, result, translate);
    },
    // eslint-disable-next-line max-params -- the library calls it so
    onError: (_context, _id, _payload, errors) => errors.map(translate),
    onClose({ extra: session }) {
      session.closed = true;
      clearTimeout(session.tokenEnds);
    },
  };
}

function endSession(session: SocketSession): void {
  session.close(
    CloseCode.Forbidden,
    'your token has ended: connect with a new one, and go on after your last position',
  );
}

function tooMany(): GraphQLError {
  return new GraphQLError(`at most ${LIMITS.subscriptionsPerSocket} operations at a time on one socket`, {
    extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' },
  });
}

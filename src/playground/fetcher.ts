import type { Fetcher } from '@graphiql/toolkit';
import { Kind } from 'graphql';
import type { DocumentNode } from 'graphql';
import { createClient } from 'graphql-ws/client';
import type { GraphQLAnswer, GraphQLRequest } from './session';
import { ask, bearer, SignedOut } from './session';

/** More than anybody reads; a subscription may run for days. */
const keptMessages = 50;

/** Close codes of a socket whose token is missing, wrong, or has ended. */
const unauthorized = new Set([4401, 4403]);

interface Observer {
  next(value: unknown): void;
  error(error: unknown): void;
  complete(): void;
}

/**
 * How GraphiQL reaches the API: as the signed-in account, or as whoever an Authorization in the pane of the headers says.
 * Only when the page's own token is refused, the page is signed out.
 */
export function createFetcher(token: string, onSignedOut: () => void): Fetcher {
  return async (request, options) => {
    const headers = bearer(token);
    for (const [name, value] of Object.entries((options?.headers ?? {}) as Record<string, string>))
      headers.set(name, value);
    const own = headers.get('authorization') === `Bearer ${token}`;
    const refused = (): void => {
      if (own) onSignedOut();
    };
    if (isSubscription(options?.documentAST, request.operationName)) return watch(request, headers, refused);
    try {
      return (await ask(request, headers)) as never;
    } catch (error) {
      if (error instanceof SignedOut) refused();
      throw error;
    }
  };
}

function isSubscription(document: DocumentNode | undefined, operationName?: string | null): boolean {
  const operations = document?.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION) ?? [];
  const operation = operations.find(({ name }) => name?.value === operationName) ?? operations[0];
  return operation?.operation === 'subscription';
}

/** A socket for each subscription, the newest message on top. A lost connection is shown, for a silent retry would skip what happened meanwhile. */
function watch(request: GraphQLRequest, headers: Headers, refused: () => void): never {
  const subscribe = (observer: Observer): { unsubscribe: () => void } => {
    let messages: unknown[] = [];
    const client = createClient({
      url: location.href.replace(/^http/, 'ws').replace(/#.*$/, ''),
      connectionParams: { authorization: headers.get('authorization') },
      retryAttempts: 0,
    });
    const unsubscribe = client.subscribe<GraphQLAnswer['data']>(
      { query: request.query, variables: request.variables ?? null, operationName: request.operationName ?? null },
      {
        next: (message) => {
          messages = [message, ...messages].slice(0, keptMessages);
          observer.next({ messages });
        },
        error: (error) => {
          if (error instanceof CloseEvent && unauthorized.has(error.code)) refused();
          observer.error(error instanceof CloseEvent ? closed(error) : error);
        },
        complete: () => observer.complete(),
      },
    );
    return { unsubscribe };
  };
  return { subscribe } as never;
}

const closed = ({ code, reason }: CloseEvent): Error =>
  new Error(
    `The connection was closed (${[code, reason].filter(Boolean).join(': ')}). Run it again with the last position as "after".`,
  );

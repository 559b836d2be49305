import type { Fetcher } from '@graphiql/toolkit';
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { Kind, parse, print, separateOperations } from 'graphql';
import { createMediaNestClient } from '../../sdk/client';
import { MediaNestError } from '../../sdk/errors';
import { TypedDocumentString } from '../../sdk/generated';
import { fillIn, remember } from './last-answer';
import type { People } from './people';
import type { GraphQLAnswer, GraphQLRequest } from './session';
import { ask, bearer, SignedOut } from './session';

/** More than anybody reads; a subscription may run for days. */
const keptMessages = 50;

export interface Asking {
  people: People;
  /** Who asks in the tab that is open. */
  person(): string;
  /** The page's own token was refused. */
  onSignedOut(): void;
}

interface Observer {
  next(value: unknown): void;
  error(error: unknown): void;
  complete(): void;
}

/** How GraphiQL reaches the API: as whoever asks in the tab, or as an Authorization in the pane of the headers says. */
export function createFetcher(asking: Asking): Fetcher {
  return async (graphiqlRequest, options) => {
    const { kind, ...request } = oneOperation({ ...graphiqlRequest, variables: fillIn(graphiqlRequest.variables) });
    const headers = new Headers(options?.headers as Record<string, string> | undefined);
    const token = tokenFrom(headers.get('authorization'), asking);
    if (kind === 'subscription') return watch(request, token, asking);
    const answer = await asWhoAsks(request, { headers, token, asking });
    if (kind === 'mutation') remember(answer.data);
    return answer as never;
  };
}

/** Of a story only the step that runs is sent. What is no GraphQL is sent as it is: the server says what is wrong with it. */
function oneOperation({ query, variables, operationName }: GraphQLRequest): GraphQLRequest & { kind?: string } {
  let document: DocumentNode;
  try {
    document = parse(query, { noLocation: true });
  } catch {
    return { query, variables };
  }
  const operations = document.definitions.filter(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  );
  const operation = operations.find(({ name }) => name?.value === operationName) ?? operations[0];
  const step = separateOperations(document)[operation?.name?.value ?? ''];
  return { query: step ? print(step) : query, variables, ...(operation && { kind: operation.operation }) };
}

interface TokenSource {
  /** The first call gives the token that we have, each further one a fresh one. */
  next(): Promise<string>;
  /** Whether it is the one that the page stands and falls with. */
  ours: boolean;
}

function tokenFrom(authorization: string | null, { people, person }: Asking): TokenSource {
  if (authorization !== null) {
    const token = authorization.replace(/^bearer\s+/i, '');
    return { next: () => Promise.resolve(token), ours: false };
  }
  const name = person();
  let calls = 0;
  return {
    next: () => ((calls += 1) === 1 ? people.tokenOf(name) : people.renew(name)),
    ours: name === people.names[0],
  };
}

interface Call {
  headers: Headers;
  token: TokenSource;
  asking: Asking;
}

async function asWhoAsks(request: GraphQLRequest, { headers, token, asking }: Call): Promise<GraphQLAnswer> {
  const authorize = async (): Promise<Headers> => {
    for (const [name, value] of bearer(await token.next())) headers.set(name, value);
    return headers;
  };
  try {
    return await ask(request, await authorize());
  } catch (error) {
    if (!(error instanceof SignedOut)) throw error;
    if (!token.ours) return ask(request, await authorize());
    asking.onSignedOut();
    throw error;
  }
}

/** The newest message on top. A lost connection is said, and comes back by itself, with nothing missed. */
function watch({ query, variables }: GraphQLRequest, token: TokenSource, { onSignedOut }: Asking): never {
  const subscribe = (observer: Observer): { unsubscribe: () => void } => {
    let messages: unknown[] = [];
    const show = (message: unknown): void => {
      messages = [message, ...messages].slice(0, keptMessages);
      observer.next({ messages });
    };
    const client = createMediaNestClient({
      url: new URL(location.pathname, location.href).href,
      token: () => token.next(),
      onRetry: ({ message }) => show({ note: `${message}; going on after the last position as soon as it is back` }),
    });
    const read = async (): Promise<void> => {
      const document = new TypedDocumentString<Record<string, unknown>, Record<string, unknown>>(query);
      for await (const data of client.subscribe(document, variables ?? {})) show({ data });
    };
    void read().then(
      () => observer.complete(),
      (error: unknown) => {
        if (error instanceof MediaNestError && error.code === 'UNAUTHENTICATED' && token.ours) onSignedOut();
        observer.error(error instanceof MediaNestError && error.errors.length > 0 ? error.errors : error);
      },
    );
    return { unsubscribe: () => void client.close() };
  };
  return { subscribe } as never;
}

import type { Client } from 'graphql-ws';
import { createClient } from 'graphql-ws';
import type { TypedDocumentString } from './generated';

export * from './generated';

export interface MediaNestClientOptions {
  /** The address of the API, for example http://127.0.0.1:4000/graphql. */
  url: string;
  /** Without one only `signIn` is answered. */
  token?: string;
  /** The class to open sockets with; needed where there is no global WebSocket, as in Node 20: that of the package `ws`. */
  webSocket?: unknown;
}

export interface MediaNestClient {
  /** Runs a query or a mutation and answers its data. Expected failures are part of it (`problems`); all others throw. */
  execute<Data, Variables>(document: Operation<Data, Variables>, ...variables: Given<Variables>): Promise<Data>;
  /**
   * Runs a subscription; leaving the loop ends it. A lost connection throws: subscribe again with the last position as `after`,
   * and nothing is missed.
   */
  subscribe<Data, Variables>(
    document: Operation<Data, Variables>,
    ...variables: Given<Variables>
  ): AsyncIterableIterator<Data>;
  /** Ends all subscriptions and the socket. */
  close(): Promise<void>;
}

/** A document of ./generated, or one of your own: `new TypedDocumentString<Data, Variables>(text)`. */
export type Operation<Data, Variables> = TypedDocumentString<Data, Variables>;

/** Variables may be left out where the operation needs none. */
export type Given<Variables> =
  Record<never, never> extends Variables ? [variables?: Variables] : [variables: Variables];

export interface GraphQLProblem {
  readonly message: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** The server refused or failed, or the connection was lost. */
export class MediaNestError extends Error {
  override readonly name = 'MediaNestError';

  constructor(
    /** What the server said; empty when it said nothing that is GraphQL. */
    readonly errors: readonly GraphQLProblem[],
    /** The status of the HTTP answer, or the code that the socket was closed with. */
    readonly status: number | undefined,
    message: string,
  ) {
    super(message);
  }

  /** The stable code of the first error, for example UNAUTHENTICATED. */
  get code(): unknown {
    return this.errors[0]?.extensions?.['code'];
  }
}

export function createMediaNestClient({ url, token, webSocket }: MediaNestClientOptions): MediaNestClient {
  const authorization = token === undefined ? undefined : { authorization: `Bearer ${token}` };
  let socket: Client | undefined;
  const openSocket = (): Client =>
    createClient({
      url: url.replace(/^http/, 'ws'),
      webSocketImpl: webSocket,
      connectionParams: authorization,
      // A silent retry would begin again at the present and skip what happened meanwhile.
      retryAttempts: 0,
    });
  return {
    async execute(document, ...[variables]) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...authorization },
        body: JSON.stringify({ query: document.toString(), variables }),
      });
      const body = await response.text();
      return dataOf(parse(body), response.status);
    },
    subscribe<Data, Variables>(document: Operation<Data, Variables>, ...[variables]: Given<Variables>) {
      socket ??= openSocket();
      const request = { query: document.toString(), variables: variables as Record<string, unknown> };
      return dataOfEach<Data>(socket.iterate(request));
    },
    close: async () => {
      await socket?.dispose();
    },
  };
}

interface Answer {
  data?: unknown;
  errors?: readonly GraphQLProblem[] | undefined;
}

function parse(body: string): Answer {
  try {
    return JSON.parse(body) as Answer;
  } catch {
    return {};
  }
}

function dataOf<Data>({ data, errors = [] }: Answer, status?: number): Data {
  if (errors.length === 0 && data !== undefined && data !== null) return data as Data;
  const message = errors.map((error) => error.message).join('; ') || `no GraphQL answer (${status ?? 'no status'})`;
  throw new MediaNestError(errors, status, message);
}

// By hand: an async generator that waits for its next message could not be left before that message comes.
function dataOfEach<Data>(messages: AsyncIterableIterator<Answer>): AsyncIterableIterator<Data> {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      try {
        const { done, value } = await messages.next();
        return done === true ? { done, value: undefined } : { done: false, value: dataOf<Data>(value) };
      } catch (reason) {
        // A loop that failed does not leave by itself: an update that came with errors would let the others go on unheard.
        await messages.return?.();
        throw failureOf(reason);
      }
    },
    async return() {
      await messages.return?.();
      return { done: true, value: undefined };
    },
  };
}

/** A socket fails with a close event, or with the errors that the server sent in place of a message. */
function failureOf(reason: unknown): unknown {
  if (Array.isArray(reason)) {
    const errors = reason as GraphQLProblem[];
    return new MediaNestError(errors, undefined, errors.map(({ message }) => message).join('; '));
  }
  if (reason instanceof Error) return reason;
  const { code, reason: why } = reason as { code?: number; reason?: string };
  return new MediaNestError([], code, `the connection was closed (${[code, why].filter(Boolean).join(': ')})`);
}

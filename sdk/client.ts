import type { MediaNestError } from './errors';
import type { TypedDocumentString } from './generated';
import type { Variables as AnyVariables } from './http';
import { createSend } from './http';
import type { Socket } from './socket';
import { createSocket } from './socket';
import { subscribeResuming } from './subscription';
import type { Token } from './tokens';
import { createTokens } from './tokens';

export interface MediaNestClientOptions {
  /** The address of the API, for example http://127.0.0.1:4000/graphql. */
  url: string;
  /**
   * A token, or a function that gives a fresh one: it is asked at first, and again whenever the server refuses the last. Without one only `signIn`
   * is answered.
   */
  token?: Token;
  /** The class to open sockets with; needed where there is no global WebSocket, as in Node 20: that of the package `ws`. */
  webSocket?: unknown;
  /** How long `execute` tries again what failed in passing, where that can do no harm; 10000 unless said, 0 for not at all. */
  patienceMs?: number;
  /** Told of each failure that is tried again, before it is: for a log. */
  onRetry?: (reason: MediaNestError) => void;
}

export interface MediaNestClient {
  /**
   * Runs a query or a mutation and answers its data. Expected failures are part of it (`problems`); all others throw a MediaNestError. What failed
   * in passing is tried again, a mutation only when it has an idempotency key: one that takes a key as a variable and was given none gets one.
   */
  execute<Data, Variables>(document: Operation<Data, Variables>, ...variables: Given<Variables>): Promise<Data>;
  /**
   * Runs a subscription: every change after the position given as `after`, or from now on, once and in order, however often the connection is
   * lost in between. Leaving the loop (or `return()`) ends it. Throws PositionExpiredError when changes may have been missed, and a MediaNestError
   * when the server refuses it for good; a subscription without a variable for `after` cannot go on and throws when its connection is lost.
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

export function createMediaNestClient(options: MediaNestClientOptions): MediaNestClient {
  const { token, webSocket, patienceMs = 10_000, onRetry = () => undefined } = options;
  const url = new URL(options.url).href;
  const tokens = createTokens(token);
  const send = createSend({ url, tokens, patienceMs, onRetry });
  let socket: Socket | undefined; // who only asks needs none
  const open = new Set<AsyncIterableIterator<unknown>>();
  return {
    async execute<Data, Variables>(document: Operation<Data, Variables>, ...[variables]: Given<Variables>) {
      return (await send(document.toString(), variables as AnyVariables | undefined)) as Data;
    },
    subscribe<Data, Variables>(document: Operation<Data, Variables>, ...[given]: Given<Variables>) {
      const variables = (given ?? {}) as AnyVariables;
      socket ??= createSocket({ url, tokens, webSocket });
      const onEnd = (): void => void open.delete(subscription);
      const what = { document: document.toString(), variables };
      const subscription = subscribeResuming<Data>({ ...what, socket, send, tokens, onRetry, onEnd });
      open.add(subscription);
      return subscription;
    },
    async close() {
      await Promise.all([...open].map((subscription) => subscription.return?.()));
      await socket?.close();
    },
  };
}

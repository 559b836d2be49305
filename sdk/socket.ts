import { createClient } from 'graphql-ws/client';
import type { Answer } from './errors';
import type { Tokens } from './tokens';

export interface SocketOptions {
  url: string;
  tokens: Tokens;
  webSocket: unknown;
  /** A server that has not answered by then is cut: a network that went away closes nothing. */
  answerMs?: number;
}

export interface SubscribeMessage {
  readonly query: string;
  /** Read whenever the message is sent. */
  readonly variables: Record<string, unknown>;
}

/** One socket for all subscriptions of a client, open while there is one. It does not come back by itself: only a subscription knows from where. */
export interface Socket {
  subscribe(message: SubscribeMessage): AsyncIterableIterator<Answer>;
  /** The token that it was opened with last. */
  token(): string | undefined;
  close(): Promise<void>;
}

const KEEP_ALIVE_MS = 10_000;

export function createSocket({ url, tokens, webSocket, answerMs = 10_000 }: SocketOptions): Socket {
  let token: string | undefined;
  let connected = false;
  let silence: ReturnType<typeof setTimeout> | undefined;
  const heard = (): void => clearTimeout(silence);
  const expectAnswer = (): void => {
    heard();
    silence = setTimeout(() => client.terminate(), answerMs);
  };
  const gone = (): void => {
    connected = false;
    heard();
  };
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: tolerant(webSocket ?? globalThis.WebSocket),
    connectionParams: async () => {
      token = await tokens.current();
      return token === undefined ? {} : { authorization: `Bearer ${token}` };
    },
    retryAttempts: 0,
    keepAlive: KEEP_ALIVE_MS,
    on: {
      connecting: expectAnswer,
      connected: () => (connected = true),
      message: heard,
      ping: (received) => (received ? undefined : expectAnswer()),
      closed: gone,
      error: gone,
    },
  });
  return {
    subscribe: (message) => client.iterate(message),
    token: () => token,
    close: async () => (connected ? client.dispose() : client.terminate()),
  };
}

/** A socket that is given up while it connects fails later, when nobody listens: to the package `ws` that is an error that ends the process. */
function tolerant(webSocket: unknown): unknown {
  if (typeof webSocket !== 'function') {
    throw new TypeError(
      'there is no WebSocket here: give that of the package `ws`, createMediaNestClient({ webSocket: WebSocket })',
    );
  }
  const Base = webSocket as typeof WebSocket;
  return class extends Base {
    constructor(...address: ConstructorParameters<typeof WebSocket>) {
      super(...address);
      this.addEventListener('error', () => undefined);
    }
  };
}

import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';

/** One subscription as the server sees it. */
export interface Subscribed {
  variables: Record<string, unknown>;
  /** What the socket was opened with. */
  authorization: string | undefined;
  update(position: string, what?: string): void;
  refuse(extensions: object): void;
  complete(): void;
  close(code: number): void;
  /** Without a word. */
  cut(): void;
}

export interface Post {
  headers: IncomingHttpHeaders;
  query: string;
  variables: Record<string, unknown>;
}
/** `cut`: the request is taken and the connection dropped. */
export type Reply = { status?: number; headers?: Record<string, string>; body?: unknown } | 'cut';

export interface Script {
  /** What each subscription gets, in the order in which they come, on whatever socket. */
  subscriptions?: ((subscribed: Subscribed) => void)[];
  /** What a request gets; the first has number 1. */
  answer?: (post: Post, number: number) => Reply;
}

export interface ScriptedServer {
  url: string;
  posts: Post[];
  subscribed: Subscribed[];
  /** Sockets that are open. */
  sockets(): number;
  close(): Promise<void>;
}

/** A server that does what a test tells it. */
export async function startScriptedServer({ subscriptions = [], answer }: Script): Promise<ScriptedServer> {
  const posts: Post[] = [];
  const subscribed: Subscribed[] = [];
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const post = { ...(JSON.parse(Buffer.concat(chunks).toString()) as Post), headers: request.headers };
      const reply = answer?.(post, posts.push(post)) ?? { status: 500 };
      if (reply === 'cut') return void request.socket.destroy();
      response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
      response.end(JSON.stringify(reply.body ?? {}));
    });
  });
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (socket) =>
    talk(socket, (subscription) => {
      const script = subscriptions[subscribed.length];
      subscribed.push(subscription);
      script?.(subscription);
    }),
  );
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/graphql`,
    posts,
    subscribed,
    sockets: () => sockets.clients.size,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      http.close();
      http.closeAllConnections();
      await once(http, 'close');
    },
  };
}

function talk(socket: WebSocket, onSubscribe: (subscribed: Subscribed) => void): void {
  let authorization: string | undefined;
  const say = (message: object): void => socket.send(JSON.stringify(message));
  socket.on('error', () => undefined);
  socket.on('message', (data) => {
    const { type, id, payload } = JSON.parse(String(data)) as { type: string; id: string; payload: never };
    if (type === 'connection_init') {
      ({ authorization } = payload as { authorization?: string });
      say({ type: 'connection_ack' });
    }
    if (type !== 'subscribe') return;
    const { variables } = payload as Pick<Subscribed, 'variables'>;
    onSubscribe({
      variables,
      authorization,
      update: (position, what = position) =>
        say({ type: 'next', id, payload: { data: { updated: { position, what } } } }),
      refuse: (extensions) => say({ type: 'error', id, payload: [{ message: 'refused', extensions }] }),
      complete: () => say({ type: 'complete', id }),
      close: (code) => socket.close(code),
      cut: () => socket.terminate(),
    });
  });
}

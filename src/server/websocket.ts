import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { CloseCode, handleProtocols, makeServer } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { Logger, Metrics } from '../mechanisms/observability';
import { LIMITS } from './limits';
import { isSameOrigin } from './same-origin';
import type { SessionOptions, SocketSession } from './websocket-session';
import { createSessionHandlers } from './websocket-session';

export interface WebSocketDoorOptions extends SessionOptions {
  metrics: Metrics;
  log: Logger;
}

export interface WebSocketDoor {
  /** Tells every client to go (1001), and cuts those that do not within `graceMs`. No socket is let in any more. */
  close(graceMs: number): Promise<void>;
}

const PATH = '/graphql';
const GOING_AWAY = 1001;
const KEEP_ALIVE_MS = 12_000;

/** graphql-transport-ws on the HTTP server's own port. */
export function createWebSocketDoor(http: HttpServer, options: WebSocketDoorOptions): WebSocketDoor {
  const { metrics, log } = options;
  const protocol = makeServer(createSessionHandlers(options));
  const settings = {
    noServer: true,
    maxPayload: LIMITS.bytes,
    perMessageDeflate: false,
    handleProtocols,
    // A client that does not answer our close frame is cut after this; its subscriptions end then.
    closeTimeout: 2_000,
  };
  const sockets = new WebSocketServer(settings);
  metrics.gauge({
    name: 'medianest_websockets_open',
    help: 'Sockets of clients.',
    labels: [],
    read: () => [{ labels: {}, value: sockets.clients.size }],
  });
  let closing = false;

  http.on('upgrade', (request, connection, head) => {
    connection.on('error', () => connection.destroy());
    const refusal = refusalOf(request, closing);
    if (refusal) return refuse(connection, refusal);
    sockets.handleUpgrade(request, connection, head, attach);
  });

  function attach(socket: WebSocket): void {
    const session: SocketSession = { close: (code, reason) => socket.close(code, reason) };
    const stopPings = keepAlive(socket);
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) => send(socket, data),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (handle) => socket.on('message', (data) => void handle(String(data)).catch(fail)),
      },
      session,
    );
    socket.on('error', (error) => log.debug({ err: error }, 'socket failed')); // ws closes it by itself
    socket.once('close', (code, reason) => {
      stopPings();
      closed(code, String(reason)).catch((error: unknown) => log.error({ err: error }, 'socket did not close cleanly'));
    });

    function fail(error: unknown): void {
      // What only a server says is valid JSON of the protocol, and no less invalid from a client.
      if (error instanceof Error && error.message.startsWith('Unexpected message of type')) {
        return socket.close(CloseCode.BadRequest, error.message);
      }
      log.error({ err: error }, 'socket operation failed');
      socket.close(CloseCode.InternalServerError, 'Internal server error');
    }
  }

  return {
    async close(graceMs) {
      closing = true;
      const gone = [...sockets.clients].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      for (const socket of sockets.clients) socket.close(GOING_AWAY, 'this server is going away; connect again');
      const cut = setTimeout(() => sockets.clients.forEach((socket) => socket.terminate()), graceMs);
      await Promise.all(gone);
      clearTimeout(cut);
    },
  };
}

/** Status line of the answer to an upgrade that is not let in. */
function refusalOf({ url = '', headers }: IncomingMessage, closing: boolean): string | undefined {
  if (url.split('?')[0] !== PATH) return '404 Not Found';
  if (closing) return '503 Service Unavailable';
  return isSameOrigin(headers) ? undefined : '403 Forbidden';
}

function refuse(connection: Duplex, status: string): void {
  connection.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Resolves when the message left for the system, so that a slow reader slows its own subscriptions down. */
function send(socket: WebSocket, data: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (socket.readyState !== socket.OPEN) return resolve();
    socket.send(data, (error) => (error && socket.readyState === socket.OPEN ? reject(error) : resolve()));
  });
}

/** Cuts a peer that vanished without a word: it misses a whole interval. */
function keepAlive(socket: WebSocket): () => void {
  let answered = true;
  socket.on('pong', () => (answered = true));
  const pings = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, KEEP_ALIVE_MS);
  return () => clearInterval(pings);
}

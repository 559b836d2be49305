import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import type { UpstreamFailure } from '../http';
import { createLogger } from '../observability';
import type { SocketClient, SocketClientOptions } from '.';
import { createSocketClient } from '.';

export { until } from '../pubsub/testing';

/** A server of Socket.IO on a port of its own. */
export interface SocketServer {
  io: Server;
  url: string;
  close(): Promise<void>;
}

export async function startSocketServer(port = 0): Promise<SocketServer> {
  const http = createServer((_request, response) => response.writeHead(404).end());
  const io = new Server(http, { serveClient: false });
  await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return { io, url, close: () => io.close() };
}

export const silent = createLogger({ level: 'silent' });

export const socketClient = (url: string, options: Partial<SocketClientOptions> = {}): SocketClient =>
  createSocketClient({
    name: 'upstream',
    url,
    timeoutMs: 2_000,
    maxMessageBytes: 1_000_000,
    backOff: { firstMs: 20, mostMs: 100 },
    log: silent,
    ...options,
  });

/** What a client heard. */
export function recorder() {
  const events: [string, unknown[]][] = [];
  const losses: UpstreamFailure[] = [];
  let connections = 0;
  return {
    events,
    losses,
    connections: () => connections,
    listener: {
      connected: () => void (connections += 1),
      event: (name: string, args: unknown[]) => void events.push([name, args]),
      lost: (failure: UpstreamFailure) => void losses.push(failure),
    },
  };
}

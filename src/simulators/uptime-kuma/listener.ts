import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

const HOST = '127.0.0.1';

type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface Listener {
  readonly server: Server;
  readonly url: string;
  readonly port: number;
  /** Who answers from now on; call it when everybody has taken their place at the server. */
  intercept(before: { request: (pass: RequestListener) => RequestListener; upgrade: (pass: Upgrade) => Upgrade }): void;
  /** Cuts every connection, sockets included. */
  cut(): void;
  /** Cuts and refuses. */
  down(): Promise<void>;
  /** Back on the port it had. */
  up(): Promise<void>;
}

/** A server that can go down and come back, as a restarted process does. */
export async function listen(onPort: number): Promise<Listener> {
  const server = createServer();
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const open = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, HOST, () => {
        server.off('error', reject);
        resolve();
      });
    });
  await open(onPort);
  const { port } = server.address() as AddressInfo;
  const cut = () => sockets.forEach((socket) => socket.destroy());
  return {
    server,
    port,
    url: `http://${HOST}:${port}`,
    intercept({ request, upgrade }) {
      const [handles, upgrades] = [server.listeners('request'), server.listeners('upgrade')] as [
        RequestListener[],
        Upgrade[],
      ];
      server.removeAllListeners('request').removeAllListeners('upgrade');
      server.on(
        'request',
        request((...args) => handles.forEach((handle) => void handle(...args))),
      );
      server.on(
        'upgrade',
        upgrade((...args) => upgrades.forEach((handle) => handle(...args))),
      );
    },
    cut,
    async down() {
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cut();
      await closed;
    },
    up: async () => (server.listening ? undefined : open(port)),
  };
}

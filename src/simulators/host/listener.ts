import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

const HOST = '127.0.0.1';
/** Node's own default, which the real servers keep: an idle connection is not worth more. */
const KEEP_ALIVE_MS = 5_000;

export interface Listener {
  readonly server: Server;
  readonly port: number;
  readonly url: string;
  /** Back on the port it had. */
  open(): Promise<void>;
  /** Cuts every connection, WebSockets included. */
  cut(): void;
  /** Cuts them and refuses new ones. */
  close(): Promise<void>;
}

/** A server that can go down and come back, as a restarted process does. */
export async function listen(onPort: number, onRequest?: RequestListener): Promise<Listener> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, onRequest);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
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
  return {
    server,
    port,
    url: `http://${HOST}:${port}`,
    open: async () => (server.listening ? undefined : open(port)),
    cut,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}

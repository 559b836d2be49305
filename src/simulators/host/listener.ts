import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const HOST = '127.0.0.1';
/** Node's own default, which the real server keeps: an idle connection is not worth more. */
const KEEP_ALIVE_MS = 5_000;

export interface Listener {
  readonly port: number;
  readonly url: string;
  /** Back on the port it had. */
  open(): Promise<void>;
  /** Cuts every connection and refuses new ones. */
  close(): Promise<void>;
}

/** A server that can go down and come back, as a restarted process does. */
export async function listen(port: number, onRequest: RequestListener): Promise<Listener> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, onRequest);
  const open = (onPort: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(onPort, HOST, () => {
        server.off('error', reject);
        resolve();
      });
    });
  await open(port);
  const chosen = (server.address() as AddressInfo).port;
  return {
    port: chosen,
    url: `http://${HOST}:${chosen}`,
    open: async () => (server.listening ? undefined : open(chosen)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

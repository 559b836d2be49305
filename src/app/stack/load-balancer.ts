import { once } from 'node:events';
import { get } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { listenFailure } from '../../mechanisms/errors';
import type { Logger } from '../../mechanisms/observability';

/** One of those who answer; `null` while it starts. */
export type Backend = { host: string; port: number } | null;

export interface LoadBalancerOptions {
  host: string;
  port: number;
  /** Always the same places; who sits there may change. */
  backends: readonly (() => Backend)[];
  log: Logger;
}

const CHECK_EVERY_MS = 250;
/** Who does not say how it is for so long is taken for frozen. */
const CHECK_MS = 2_000;
const NOBODY = 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

type Health = 'ready' | 'not ready' | 'away';

interface Seat {
  backend: () => Backend;
  health: Health;
  /** When it was asked last of the times that it said how it is; of `performance.now()`. */
  answeredAt: number;
  sockets: Set<Socket>;
}

/**
 * Spreads connections, HTTP and WebSocket alike, over those who are ready; when nobody is, over those who answer at all: an old view is better
 * than none. Connections to a frozen process are cut once another one answers, so that their clients come again, and reach that one.
 */
export async function startLoadBalancer({ host, port, backends, log }: LoadBalancerOptions) {
  const seats: Seat[] = backends.map((backend) => ({
    backend,
    health: 'away',
    answeredAt: -Infinity,
    sockets: new Set(),
  }));
  const server = createServer({ pauseOnConnect: true, noDelay: true }, (client) => {
    client.on('error', () => client.destroy());
    carry(client, inOrder(seats));
  });
  await once(server.listen(port, host), 'listening').catch((error: NodeJS.ErrnoException) => {
    throw listenFailure(error, { host, port, setting: 'PORT' });
  });
  const stopping = new AbortController();
  const watching = seats.map((_seat, index) => watch(seats, index, { signal: stopping.signal, log }));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      stopping.abort();
      server.close();
      for (const { sockets } of seats) for (const socket of sockets) socket.destroy();
      await Promise.all(watching);
    },
  };
}

/** The ready ones, least burdened first; then those that are not. */
function inOrder(seats: readonly Seat[]): Seat[] {
  const rank = ({ health, sockets }: Seat) =>
    (health === 'ready' ? 0 : health === 'not ready' ? 1e6 : 1e9) + sockets.size;
  return [...seats].sort((a, b) => rank(a) - rank(b));
}

/** Nothing of what the client says is read before somebody took the connection, so another may be tried. */
function carry(client: Socket, [seat, ...others]: Seat[]): void {
  if (client.destroyed) return;
  // A socket that is paused does not see that its client has gone.
  if (!seat) return void client.resume().end(NOBODY);
  const backend = seat.backend();
  if (!backend) return carry(client, others);
  const upstream = connect({ ...backend, noDelay: true });
  client.once('close', () => upstream.destroy()); // also while the connection comes about
  const next = (): void => carry(client, others);
  upstream.once('error', next);
  upstream.once('connect', () => {
    upstream.off('error', next);
    seat.sockets.add(client);
    client.once('close', () => seat.sockets.delete(client));
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('error', () => to.destroy()).on('close', () => to.destroy());
      from.pipe(to);
    }
  });
}

async function watch(seats: readonly Seat[], index: number, { signal, log }: { signal: AbortSignal; log: Logger }) {
  const seat = seats[index]!;
  while (!signal.aborted) {
    const askedAt = performance.now();
    const health = await look(seat.backend());
    if (health !== seat.health) log.info({ backend: `api-${index + 1}`, health }, 'a backend changed');
    seat.health = health;
    if (health !== 'away') seat.answeredAt = askedAt;
    // With nowhere to go they are better off waiting: on a busy machine all may be silent at once.
    if (health === 'away' && seats.some(({ answeredAt }) => answeredAt > askedAt)) {
      for (const socket of seat.sockets) socket.destroy();
    }
    await pause(CHECK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

function look(backend: Backend): Promise<Health> {
  if (!backend) return Promise.resolve('away');
  return new Promise((resolve) => {
    const asking = get({ ...backend, path: '/health/ready', agent: false, timeout: CHECK_MS }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200 ? 'ready' : 'not ready');
    });
    asking
      .on('timeout', () => asking.destroy())
      .on('error', () => resolve('away'))
      .on('close', () => resolve('away'));
  });
}

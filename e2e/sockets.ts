import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Redis } from './redis';
import type { Person, Server } from './testing';
import { until } from './watching';

/** Where the engine tells of requests. */
export const TOPIC = 'wake-up:projection:request-view';
const AT_ONCE = 20;

/** What one process holds for its clients. */
interface Held {
  sockets: number;
  subscriptions: number;
  /** Of all it has, open files included. */
  files: number;
  heapMb: number;
}

export async function heldBy(server: Server, member: string): Promise<Held> {
  const metrics = await server.metricsOf(member);
  const sum = (name: string): number =>
    [...metrics].filter(([key]) => key.split('{')[0] === name).reduce((total, [, value]) => total + value, 0);
  return {
    sockets: sum('medianest_websockets_open'),
    subscriptions: sum('medianest_graphql_subscriptions_open'),
    files: sum('process_open_fds'),
    heapMb: Math.round(sum('nodejs_heap_size_used_bytes') / 2 ** 20),
  };
}

/** People who connect to one process, subscribe, and are gone without a word, some at once. */
export async function connectAndKill(server: Server, { member, person, times }: Cycle): Promise<void> {
  let left = times;
  const cycle = async (): Promise<void> => {
    while ((left -= 1) >= 0) await comeAndGo(server.urlOf(member), person.token);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, cycle));
}

interface Cycle {
  member: string;
  person: Person;
  times: number;
}

/** Subscribed when it answers the ping that was sent after it. */
async function comeAndGo(url: string, token: string): Promise<void> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  const say = (message: object): void => socket.send(JSON.stringify(message));
  const hear = async (type: string): Promise<void> => {
    for (;;) {
      const [data] = (await once(socket, 'message')) as [Buffer];
      if ((JSON.parse(String(data)) as { type: string }).type === type) return;
    }
  };
  await once(socket, 'open');
  say({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  await hear('connection_ack');
  say({ type: 'subscribe', id: '1', payload: { query: 'subscription { requestUpdated { position } }' } });
  say({ type: 'ping' });
  await hear('pong');
  socket.terminate();
}

/** Nobody is left: neither in the process, nor subscribed at Redis. */
export const allGone = (server: Server, { member, redis }: { member: string; redis: Redis }) =>
  until('the end of all subscriptions', async () => {
    const { sockets, subscriptions } = await heldBy(server, member);
    return sockets + subscriptions + redis.subscriptions(TOPIC) === 0 ? true : undefined;
  });

/** What sockets cost the contender that they hang on. */
import type { Client } from 'graphql-ws';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Contender } from './driving';
import { spent } from './driving';
import { TICKED } from './schema';

export const SUBSCRIBERS = 500;
const TICKS = 100;
const IDLE = 2_000;
const OPENED_AT_ONCE = 100;

const open = ({ url }: Contender, more: Partial<Parameters<typeof createClient>[0]> = {}): Client =>
  createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: 'Bearer bench' },
    retryAttempts: 0,
    ...more,
  });
const disposeAll = (clients: readonly Client[]) => Promise.all(clients.map((client) => client.dispose()));

/** Microseconds of CPU for one message to one of many subscribers of one topic. */
export async function measurePush(contender: Contender): Promise<number> {
  let delivered = 0;
  let more = (): void => undefined;
  const next = () => {
    delivered += 1;
    if (delivered % SUBSCRIBERS === 0) more();
  };
  const clients = Array.from({ length: SUBSCRIBERS }, () => {
    const client = open(contender);
    client.subscribe({ query: TICKED }, { next, error: (error) => console.error(error), complete: () => undefined });
    return client;
  });
  while ((await contender.used()).subscribers < SUBSCRIBERS) await new Promise((resolve) => setTimeout(resolve, 50));
  const tick = (n: number) =>
    new Promise<void>((resolve) => {
      more = resolve;
      contender.publish(n);
    });
  for (let n = 0; n < 20; n += 1) await tick(n);
  const before = await contender.used();
  for (let n = 0; n < TICKS; n += 1) await tick(n);
  const after = await contender.used();
  await disposeAll(clients);
  return spent(before, after) / (SUBSCRIBERS * TICKS);
}

/** Kilobytes that the process holds for a socket that is acknowledged and subscribed to nothing; without what the kernel keeps for a connection. */
export async function measureIdle(contender: Contender): Promise<number> {
  await disposeAll(await openIdle(contender, OPENED_AT_ONCE)); // what the first ones need, all share
  const before = await contender.used();
  const clients = await openIdle(contender, IDLE);
  const after = await contender.used();
  await disposeAll(clients);
  return (after.heap + after.external - before.heap - before.external) / IDLE / 1_024;
}

async function openIdle(contender: Contender, count: number): Promise<Client[]> {
  const clients: Client[] = [];
  const connected = (): Promise<void> =>
    new Promise((resolve) => clients.push(open(contender, { lazy: false, on: { connected: () => resolve() } })));
  while (clients.length < count) await Promise.all(Array.from({ length: OPENED_AT_ONCE }, connected));
  return clients;
}

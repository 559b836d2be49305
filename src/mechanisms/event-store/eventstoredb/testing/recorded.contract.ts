import { randomUUID } from 'node:crypto';
import type { EventData, EventStoreDBClient } from '@eventstore/db-client';
import { jsonEvent } from '@eventstore/db-client';
import type { Double } from '.';

/** A recorded row, and how the client sees it. Who asks for the double as well asks for a death, or for a log of its own. */
export type Rows = [row: string, check: (client: EventStoreDBClient, double: Double) => Promise<void>][];
export type Failure = Error & { type?: string; code?: number };

export const credentials = { username: 'anybody', password: 'none' };
export const event = (id = randomUUID(), size = 2): EventData =>
  jsonEvent({ id, type: 'Thing', data: { text: 'x'.repeat(size) }, metadata: { kept: true } });
export const fresh = () => `double-${randomUUID()}`;
export const unary = { credentials };
export const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: Failure) => error,
  );
export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}
export const stored = async (client: EventStoreDBClient, stream: string) =>
  (await all(client.readStream(stream))).map((one) => one.event?.id);

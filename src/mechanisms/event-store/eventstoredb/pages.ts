import type { StreamingRead } from '@eventstore/db-client';
import type { StoredEvent } from '../event';
import type { Connection } from './connection';
import { toReadFailure } from './failures';
import type { Resolved } from './stored-form';
import { toStoredEvent } from './stored-form';

/** A part of the log of all: the position that it begins at is part of it. */
export interface PageQuery {
  direction: 'forwards' | 'backwards';
  from: bigint | 'start' | 'end';
  count: number;
}

export interface Page {
  /** Without the server's own. */
  events: StoredEvent[];
  /** Positions of its first and last record, whosever; undefined when it is empty. */
  first?: bigint;
  last?: bigint;
  /** There may be more. */
  full: boolean;
}

export async function readPage({ options, run }: Connection, { direction, from, count }: PageQuery): Promise<Page> {
  const fromPosition = typeof from === 'bigint' ? { commit: from, prepare: from } : from;
  const query = { ...options, direction, fromPosition, maxCount: count };
  try {
    const found = await run((client, signal) => collect(client.readAll(query), signal));
    const [first, last] = [found[0]?.commitPosition, found.at(-1)?.commitPosition];
    return { events: ours(found), full: found.length === count, ...(last !== undefined && { first, last }) };
  } catch (error) {
    throw toReadFailure(error);
  }
}

/** All of a read. Its errors come as events, some even after we let go: nobody else must hear those, for they would end the process. */
export async function collect<Item>(read: StreamingRead<Item>, signal: AbortSignal): Promise<Item[]> {
  read.on('error', () => undefined);
  signal.addEventListener('abort', () => void read.cancel().catch(() => undefined), { once: true });
  const items: Item[] = [];
  for await (const item of read) items.push(item as Item);
  return items;
}

export function ours(found: Resolved[]): StoredEvent[] {
  return found.map(toStoredEvent).filter((event) => event !== null);
}

import { setTimeout as pause } from 'node:timers/promises';
import { StartupError } from '../../errors';
import type { Logger } from '../../observability';
import { createAppendedSignal } from '../appended-signal';
import type { EventStore } from '../event-store';
import { followLog } from '../follow-log';
import { requireStreamName, writeDown } from '../written-event';
import { listenForAppends } from './append-listener';
import { createAppending } from './appending';
import type { Connection } from './connection';
import { openConnection } from './connection';
import { isDenied, toReadFailure } from './failures';
import { createReading } from './reading';
import { readOrMakeStoreId } from './store-id';

export interface EventStoreDbParts {
  /** `esdb://user:password@host:2113`; of a cluster all its nodes: `esdb://user:password@a,b,c`. */
  url: string;
  log: Logger;
  /** How long a start waits for a store that is not there yet. */
  patienceMs?: number;
  /** Without an answer for so long a call counts as lost. The server itself gives a commit 2 s. */
  answerMs?: number;
}

/** The event store in EventStoreDB, by its own client (docs/decisions/0008). */
export async function createEventStoreDbStore(parts: EventStoreDbParts): Promise<EventStore> {
  const { url, log, patienceMs = 30_000, answerMs = 5_000 } = parts;
  const connection = await openConnection(url, answerMs).catch((error: unknown) => Promise.reject(refusalOf(error)));
  const reading = createReading(connection);
  const storeId = await begin(connection, reading, { log, patienceMs });
  const append = createAppending(connection);
  const appended = createAppendedSignal();
  const onOutage = (error: Error) => log.warn({ err: error }, 'event store away: waiting to read on');

  let newest = 0n;
  // Each append is heard of twice, by its answer and by the subscription: one hint is enough.
  function onAppended(position: bigint): void {
    if (position > newest) appended.notify();
    newest = position > newest ? position : newest;
  }
  function onGap(): void {
    newest = 0n;
    appended.notify();
  }
  const listening = listenForAppends({ connection, log, onAppended, onGap });

  const store: EventStore = {
    ...reading,
    storeId,
    async append(streamId, expected, events) {
      const result = await append(writeDown(streamId, expected, events));
      onAppended(result.position);
      return result;
    },
    async readStream(streamId) {
      requireStreamName(streamId);
      return reading.readStream(streamId);
    },
    subscribeToAll: (after, signal) => followLog({ ...store, closing: connection.closing, onOutage }, after, signal),
    onAppended: appended.onAppended,
    async close() {
      await connection.close();
      await listening;
    },
  };
  return store;
}

function refusalOf(cause: unknown): StartupError {
  return new StartupError(`EVENT_STORE_URL: ${(cause as Error).message}`, { cause });
}

const RETRY_MS = 500;

/** Finds out who the store is, and that we may read all of it. A store that starts beside us may take its time. */
async function begin(
  connection: Connection,
  reading: Pick<EventStore, 'head'>,
  { log, patienceMs }: Required<Pick<EventStoreDbParts, 'log' | 'patienceMs'>>,
): Promise<string> {
  const deadline = Date.now() + patienceMs;
  for (let waited = false; ; waited = true) {
    try {
      const storeId = await readOrMakeStoreId(connection);
      await reading.head();
      return storeId;
    } catch (error) {
      const failure = toReadFailure(error);
      if (isDenied(error) || isDenied(failure.cause) || Date.now() > deadline) {
        await connection.close();
        throw refusalOf(failure);
      }
      if (!waited) log.warn({ err: failure }, 'waiting for the event store');
      await pause(RETRY_MS);
    }
  }
}

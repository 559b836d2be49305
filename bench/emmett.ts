import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { NewEvent } from '../src/mechanisms/event-store';

/** As much of it as is used: its types are here only when it is installed. */
interface Emmett {
  getPostgreSQLEventStore(connectionString: string): {
    schema: { migrate(): Promise<unknown> };
    appendToStream(
      stream: string,
      events: { type: string; data: object; metadata: object }[],
      options: { expectedStreamVersion: bigint | 'STREAM_DOES_NOT_EXIST' },
    ): Promise<unknown>;
    readStream(stream: string): Promise<unknown>;
    close(): Promise<void>;
  };
}

export const PACKAGE = '@event-driven-io/emmett-postgresql';

export const isEmmettInstalled = (): boolean => existsSync(path.join(__dirname, 'node_modules', PACKAGE));

export async function createEmmett(url: string, makeEvent: () => NewEvent, eventsPerStream: number) {
  const { getPostgreSQLEventStore } = (await import(PACKAGE)) as Emmett;
  const store = getPostgreSQLEventStore(url);
  await store.schema.migrate();
  const makeWriter = () => {
    let stream = '';
    let count = eventsPerStream;
    return async () => {
      if (count === eventsPerStream) [stream, count] = [`thing-${randomUUID()}`, 0];
      const { type, data, metadata } = makeEvent();
      const expectedStreamVersion = count === 0 ? 'STREAM_DOES_NOT_EXIST' : BigInt(count); // it counts from 1
      await store.appendToStream(stream, [{ type, data, metadata }], { expectedStreamVersion });
      count++;
    };
  };
  /** Loads a stream of so many events, again and again. */
  const makeReader = async (events: number) => {
    const stream = `thing-${randomUUID()}`;
    const facts = Array.from({ length: events }, makeEvent).map(({ type, data, metadata }) => ({
      type,
      data,
      metadata,
    }));
    await store.appendToStream(stream, facts, { expectedStreamVersion: 'STREAM_DOES_NOT_EXIST' });
    return () => () => store.readStream(stream);
  };
  return { makeWriter, makeReader, close: () => store.close() };
}

import { randomBytes } from 'node:crypto';
import type { Connection } from './connection';
import { isStreamMissing, isWrongVersion } from './failures';
import { collect } from './pages';

/** Metadata of a stream that has no events: the server's own kind of event, which no reader of ours sees. */
const PLACE = '$$medianest';
const FORM = /^es[0-9a-f]{4}$/;

/**
 * The id of this store, made at the first start. Whoever restores a backup or imports a log removes this metadata, and the next start makes
 * another one: then no position of before is taken for one of now.
 */
export async function readOrMakeStoreId(connection: Connection): Promise<string> {
  const { library, options } = connection;
  for (;;) {
    const last = await newest(connection);
    const { storeId, ...rest } = (last?.data ?? {}) as { storeId?: unknown };
    if (typeof storeId === 'string' && FORM.test(storeId)) return storeId;
    const made = { ...rest, storeId: `es${randomBytes(2).toString('hex')}` };
    const event = library.jsonEvent({ type: '$metadata', data: made });
    const expectedRevision = last?.revision ?? library.NO_STREAM;
    try {
      await connection.run((client) => client.appendToStream(PLACE, event, { ...options, expectedRevision }));
    } catch (error) {
      if (!isWrongVersion(error)) throw error; // somebody else made one: read it
    }
  }
}

async function newest(connection: Connection): Promise<{ data: unknown; revision: bigint } | undefined> {
  const { library, options } = connection;
  const read = { ...options, direction: library.BACKWARDS, fromRevision: library.END, maxCount: 1 } as const;
  try {
    const found = await connection.run((client, signal) => collect(client.readStream(PLACE, read), signal));
    return found[0]?.event;
  } catch (error) {
    if (isStreamMissing(error)) return undefined;
    throw error;
  }
}

import { isEmmettInstalled, PACKAGE } from './emmett';
import type { PrivatePostgres } from './private-postgres';
import { sessionsEnded } from './private-postgres';
import { requestStory } from './seed-facts';

const REQUESTS = 1_500;
/** Ten times its default: its better figure. */
const BATCH = 1_000;

/** A fold that costs nothing beside ours. */
interface Facts {
  last: string;
  count: number;
}

/** As much of it as is used: its types are here only when it is installed. */
interface Emmett {
  getPostgreSQLEventStore(connectionString: string): {
    schema: { migrate(): Promise<unknown> };
    appendToStream(stream: string, events: object[]): Promise<unknown>;
    close(): Promise<void>;
  };
  pongoSingleStreamProjection(options: {
    collectionName: string;
    canHandle: string[];
    evolve(document: Facts | null, event: { type: string }): Facts;
  }): object;
  postgreSQLEventStoreConsumer(options: {
    connectionString: string;
    pulling: { batchSize: number };
    stopWhen: { noMessagesLeft: boolean };
  }): { projector(options: { projection: object }): unknown; start(): Promise<void>; close(): Promise<void> };
}

/** Events a second of its consumer, with a small fold into one document a request; null when it is not installed. */
export async function measureEmmett({ owner, postgres }: PrivatePostgres): Promise<number | null> {
  if (!isEmmettInstalled()) return null;
  const emmett = (await import(PACKAGE)) as Emmett;
  await owner.query('create database emmett');
  const connectionString = postgres.urlFor({ user: postgres.connection.user, database: 'emmett' });
  const store = emmett.getPostgreSQLEventStore(connectionString);
  await store.schema.migrate();
  const types = new Set<string>();
  let count = 0;
  for (let n = 0; n < REQUESTS; n++) {
    const { streamId, events } = requestStory(n, 50);
    await store.appendToStream(
      streamId,
      events.map(({ type, data, metadata }) => ({ type, data, metadata })),
    );
    for (const { type } of events) types.add(type);
    count += events.length;
  }
  const projection = emmett.pongoSingleStreamProjection({
    collectionName: 'requests',
    canHandle: [...types],
    evolve: (document, { type }) => ({ last: type, count: (document?.count ?? 0) + 1 }),
  });
  const consumer = emmett.postgreSQLEventStoreConsumer({
    connectionString,
    pulling: { batchSize: BATCH },
    stopWhen: { noMessagesLeft: true },
  });
  consumer.projector({ projection });
  const began = performance.now();
  await consumer.start();
  const seconds = (performance.now() - began) / 1_000;
  await consumer.close();
  await store.close();
  await sessionsEnded(owner, 'emmett');
  return count / seconds;
}

/** What bench/contender.ts starts: one contender, which does as it is told until its parent is gone. */
import { randomUUID } from 'node:crypto';
import { NO_STREAM } from '../src/mechanisms/event-store';
import type { EventStore } from '../src/mechanisms/event-store';
import { createEventStoreDbStore } from '../src/mechanisms/event-store/eventstoredb';
import { createLogger } from '../src/mechanisms/observability';
import { createBareDriver } from './bare-driver';
import type { ContenderName, Order } from './contender';
import { createEmmett } from './emmett';
import type { Cell } from './measure';
import { drive } from './measure';
import { openStore } from './private-postgres';
import { EVENTS_LOADED, EVENTS_PER_STREAM, makeEvent, writerOf } from './thing';

interface Contending extends Record<Order['what'], (who: number, ms: number) => Promise<Cell>> {
  close(): Promise<void>;
}

async function readerOf(store: EventStore) {
  const streamId = `thing-${randomUUID()}`;
  await store.append(streamId, NO_STREAM, Array.from({ length: EVENTS_LOADED }, makeEvent));
  return () => () => store.readStream(streamId);
}

async function contendingOf(store: EventStore, close: () => Promise<void>): Promise<Contending> {
  const reader = await readerOf(store);
  return {
    write: (writers, ms) => drive(writerOf(store), writers, ms),
    load: (readers, ms) => drive(reader, readers, ms),
    close,
  };
}

const OPEN: Record<ContenderName, (url: string) => Promise<Contending>> = {
  async MediaNest(url) {
    const { store, close } = await openStore(url);
    return contendingOf(store, close);
  },
  async EventStoreDB(url) {
    const store = await createEventStoreDbStore({ url, log: createLogger({ level: 'error' }) });
    return contendingOf(store, () => store.close());
  },
  async Emmett(url) {
    const emmett = await createEmmett(url, makeEvent, EVENTS_PER_STREAM);
    const reader = await emmett.makeReader(EVENTS_LOADED);
    return {
      write: (writers, ms) => drive(emmett.makeWriter, writers, ms),
      load: (readers, ms) => drive(reader, readers, ms),
      close: emmett.close,
    };
  },
  'bare driver': (url) => {
    const { data, metadata } = makeEvent();
    const write = createBareDriver({ connectionString: url }, JSON.stringify({ data, metadata }));
    const load = () => Promise.reject(new Error('the bare driver only writes'));
    return Promise.resolve({ write, load, close: () => Promise.resolve() });
  },
};

async function main(name: ContenderName): Promise<void> {
  const contending = await OPEN[name](process.env.BENCH_DATABASE ?? '');
  process.on('disconnect', () => void contending.close().then(() => process.exit()));
  process.on(
    'message',
    ({ what, who, ms }: Order) => void contending[what](who, ms).then((cell) => process.send?.(cell)),
  );
  process.send?.('ready');
}

if (require.main === module) void main(process.argv[2] as ContenderName);

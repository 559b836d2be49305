/** What bench/rebuild.ts starts: people who read and append, until they are told that it is over. It ends them when it has heard what they waited. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { openStore } from './private-postgres';
import { serviceStory } from './seed-facts';

/** What readers waited, in milliseconds, and how many got an error. */
export interface Waited {
  waits: number[];
  errors: number;
}

const READERS = 2;
const READ_EVERY_MS = 20;
const APPEND_EVERY_MS = 50;

async function main(table: string): Promise<void> {
  process.on('disconnect', () => process.exit(0));
  const { database, store, close } = await openStore(process.env.BENCH_DATABASE ?? '');
  const waits: number[] = [];
  let errors = 0;
  let isOver = false;
  process.once('message', () => (isOver = true));
  process.send?.('ready');
  const read = async () => {
    for (; !isOver; await pause(READ_EVERY_MS)) {
      const began = performance.now();
      await database.query(`select * from ${table} limit 50`).catch(() => (errors += 1));
      waits.push(performance.now() - began);
    }
  };
  const append = async () => {
    for (let n = 0; !isOver; n++, await pause(APPEND_EVERY_MS)) {
      const { events } = serviceStory(n);
      const written = events.map((event) => ({ ...event, eventId: randomUUID() }));
      await store.append(`service-${randomUUID()}`, 'any', written);
    }
  };
  await Promise.all([append(), ...Array.from({ length: READERS }, read)]);
  await close();
  process.send?.({ waits, errors } satisfies Waited);
}

if (require.main === module) void main(process.argv[2] ?? '');

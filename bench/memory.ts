import { onPrivatePostgres } from './private-postgres';
import { writerOf } from './thing';

const APPENDS = 1_000_000;
const STEP = 100_000;
const WRITERS = 64;
/** By how much the second half may hold more than the first held at most. */
const FLAT_MB = 8;

/** What the process holds while it appends a million times; it fails when that grows. */
export async function measureMemory(): Promise<void> {
  await onPrivatePostgres(async ({ store }) => {
    const held: number[] = [];
    console.log(`${WRITERS} writers:\n| appends | heap MB | all of the process MB |\n|---|---|---|`);
    for (let done = STEP; done <= APPENDS; done += STEP) {
      let left = STEP;
      const write = async () => {
        const append = writerOf(store)();
        while (left-- > 0) await append();
      };
      await Promise.all(Array.from({ length: WRITERS }, write));
      globalThis.gc?.();
      const { heapUsed, rss } = process.memoryUsage();
      held.push(heapUsed / 1024 / 1024);
      console.log(`| ${[done, held.at(-1)!.toFixed(1), (rss / 1024 / 1024).toFixed(0)].join(' | ')} |`);
    }
    const half = held.length / 2;
    const grown = Math.max(...held.slice(half)) - Math.max(...held.slice(0, half));
    console.log(`grown in the second half: ${grown.toFixed(1)} MB (promised: at most ${FLAT_MB})`);
    if (grown > FLAT_MB) process.exitCode = 1;
  });
}

/** What bench/several-processes.ts starts: writers of one process of several, which begin when they are told to. */
import { once } from 'node:events';
import { drive } from './measure';
import { openStore } from './private-postgres';
import { writerOf } from './thing';

/**
 * By then its code is compiled, as that of a process that has been up for a while. Several on few cores need long for that: four on two made 8,100
 * appends a second after 4 s, 9,700 after 25.
 */
const WARM_UP_MS = 20_000;

async function main(writers: number, ms: number): Promise<void> {
  process.on('disconnect', () => process.exit(0));
  const { store, close } = await openStore(process.env.BENCH_DATABASE ?? '');
  await drive(writerOf(store), writers, WARM_UP_MS);
  process.send?.('ready');
  await once(process, 'message');
  process.send?.(await drive(writerOf(store), writers, ms));
  await close();
  process.disconnect();
}

if (require.main === module) void main(Number(process.argv[2]), Number(process.argv[3]));

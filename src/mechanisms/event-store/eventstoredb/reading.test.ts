import { PassThrough } from 'node:stream';
import { times } from '../fixtures.contract';
import type { Client, Connection } from './connection';
import { createReading } from './reading';
import type { Resolved } from './stored-form';

/** A log that begins with so many of the server's own, and how many records each read of it asked for. */
function logOf({ server, ours }: { server: number; ours: number }) {
  const asked: number[] = [];
  const records = times(server + ours, (at) => {
    const position = { commit: BigInt(at), prepare: BigInt(at) };
    return {
      event: { type: at < server ? '$own' : 'Ours', position },
      commitPosition: position.commit,
    } as unknown as Resolved;
  });
  const client = {
    readAll({ fromPosition, maxCount }: { fromPosition: 'start' | { commit: bigint }; maxCount: number }) {
      asked.push(maxCount);
      const from = fromPosition === 'start' ? 0 : Number(fromPosition.commit);
      const found = new PassThrough({ objectMode: true });
      for (const record of records.slice(from, from + maxCount)) found.write(record);
      return found.end();
    },
  } as unknown as Client;
  const run: Connection['run'] = (work) => work(client, new AbortController().signal);
  return { asked, reading: createReading({ options: {}, run } as Partial<Connection> as Connection) };
}

it('asks for no more than is missing, for they may be large', async () => {
  const { asked, reading } = logOf({ server: 5, ours: 1_000 });
  expect(await reading.readAll(0n, 16)).toHaveLength(16);
  expect(asked).toEqual([17, 5]);
});

it('asks for more and more where little is ours', async () => {
  const { asked, reading } = logOf({ server: 500, ours: 3 });
  expect(await reading.readAll(0n, 16)).toHaveLength(3);
  expect(asked).toEqual([17, 68, 272, 1_000]);
});

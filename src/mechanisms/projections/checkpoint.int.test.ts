import type { Queryable } from '../postgres';
import type { Term } from './checkpoint';
import { advance, beginAnew, beginTerm, readCheckpoint, replace } from './checkpoint';
import { useProjectionBench } from './testing';

describe('a term that is over', () => {
  const bench = useProjectionBench();
  const projection = { name: 'counted', version: 1 };
  const another = { name: 'another', version: 1 };
  const standing = { position: 0n, storeId: 'mem1', version: 1, parked: new Map() };

  it.each<[string, (old: Term) => Promise<unknown>]>([
    ['does not begin again', (old) => beginTerm(bench.database(), old, 'mem1')],
    ['moves nothing', (old) => advance(bench.database(), old, { from: 0n, position: 1n, state: 'LIVE' })],
    ['begins nothing anew', (old) => beginAnew(bench.database(), old, 'mem2')],
    ['takes no place', (old) => replace(bench.database(), { by: old, reached: 0n, position: 1n }, another)],
  ])('%s', async (_what, write) => {
    const database: Queryable = bench.database();
    await beginTerm(database, { projection, epoch: 2n }, 'mem1');
    await beginTerm(database, { projection: another, epoch: 1n }, 'mem1');
    const isOver = { code: 'LEADERSHIP_LOST', message: 'counted is led by another process', retryable: true };
    await expect(write({ projection, epoch: 1n })).rejects.toMatchObject(isOver);
    for (const { name } of [projection, another]) expect(await readCheckpoint(database, name)).toEqual(standing);
  });
});

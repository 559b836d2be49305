import { requestRebuild } from '.';
import { fact, upTo } from './testing';
import { isBeside, numbering, useRebuildBench } from './testing/rebuild-bench';

jest.setTimeout(60_000);

describe('a rebuild of a projection that parks', () => {
  const { bench, start, stands, isDone, rows, statusOf } = useRebuildBench();

  it('parks by itself, and what it has parked takes the place of what was parked before', async () => {
    let sick: { live: string; beside: string } | undefined = { live: 'a', beside: 'b' };
    for (const stream of ['a', 'b', 'c', 'a', 'b', 'c']) {
      await bench.store.append(stream, 'any', [fact('Counted', { poison: stream })]);
    }
    const numbered = numbering(1, async ({ poison }, tx) => {
      if (sick && String(poison) === sick[(await isBeside(tx)) ? 'beside' : 'live'])
        throw new Error('cannot read this');
    });
    start([{ ...numbered, onPoison: 'park' }]);
    await stands(6n);
    const parked = async () => (await statusOf()).parkedStreams.map(({ streamId, position }) => [streamId, position]);
    const positions = async () => (await rows()).map(([position]) => position);
    expect([await parked(), await positions()]).toEqual([[['a', 1n]], [2, 3, 5, 6]]);
    for (let rebuilds = 0; rebuilds < 2; rebuilds++) {
      // As if it had begun before, and parked a stream that is well by now.
      await bench.database().query(
        `insert into projection_checkpoint (name, version, position, store_id, epoch, state, parked)
         values ('rebuild:numbered', 1, 0, $1, 0, 'CATCHING_UP', '{"c":{"position":"3","error":""}}')`,
        [bench.store.storeId],
      );
      await requestRebuild(bench.database(), numbered);
      await isDone();
      expect([await parked(), await positions()]).toEqual([[['b', 2n]], [1, 3, 4, 6]]);
    }
    // Its leader, which led all the while, finds out.
    await bench.store.append('a', 'any', [fact('Counted')]);
    await bench.store.append('b', 'any', [fact('Counted')]);
    await stands(8n);
    expect([await parked(), await positions()]).toEqual([[['b', 2n]], [1, 3, 4, 6, 7]]);
    sick = undefined;
    await requestRebuild(bench.database(), numbered);
    await isDone();
    expect([await parked(), await positions()]).toEqual([[], upTo(8)]);
  });
});

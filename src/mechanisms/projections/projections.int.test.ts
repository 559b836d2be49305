import { until } from '../pubsub/testing';
import { counting, fact, useProjectionBench } from './testing';

describe('projections, seen from outside', () => {
  const bench = useProjectionBench();
  const { append, rows, start, status } = bench;

  describe('waiting for a position', () => {
    const waitFor = (position: bigint, timeoutMs: number, name = 'counted') =>
      bench.projections().waitFor(name, position, timeoutMs);

    it('is over when the projection is there', async () => {
      start([counting()]);
      const waiting = waitFor(1n, 10_000);
      await append(fact('Counted'));
      expect(await waiting).toBe(true);
      expect(await rows()).toEqual([1]);
      expect(await waitFor(1n, 0)).toBe(true);
    });

    it('is over when time is up', async () => {
      expect(await waitFor(1n, 20)).toBe(false);
    });

    it('is over at once when the projection is stopped', async () => {
      await append(fact('Counted'));
      start([
        counting('counted', () => {
          throw new Error('poison');
        }),
      ]);
      await until(async () => (await status()).state === 'STOPPED');
      expect(await waitFor(1n, 2 ** 30)).toBe(false);
    });

    it.each([0, 2])('is over at once when its rows are of version %d, not of this one', async (version) => {
      start([counting()]);
      await append(fact('Counted'));
      expect(await waitFor(1n, 10_000)).toBe(true);
      await bench.stopAll();
      await bench.owner().query('update projection_checkpoint set version = $1', [version]);
      expect(await waitFor(2n, 2 ** 30)).toBe(false);
    });

    it('of a projection that is not there is a bug', async () => {
      await expect(waitFor(1n, 0, 'conuted')).rejects.toThrow('conuted');
    });
  });

  it('says how old what it has not seen is, from any process', async () => {
    await append(fact('Counted'));
    const recordedAt = (await bench.store.readAll(0n, 1))[0]!.recordedAt.getTime();
    await until(() => Date.now() > recordedAt);
    const { state, lagMs } = await status();
    expect(state).toBe('CATCHING_UP');
    expect(lagMs).toBeGreaterThan(0);
  });
});

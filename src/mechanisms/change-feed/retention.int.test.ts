import { PositionExpired } from '../errors';
import { createFeedWriter } from '.';
import { entry, PROJECTION, useFeedBench } from './testing';

describe('retention of the change feed', () => {
  const bench = useFeedBench();
  const { createFeed, write } = bench;

  describe('a position that is not there', () => {
    const firstOf = (after: bigint): Promise<unknown> =>
      createFeed().subscribe({ projection: PROJECTION, kind: 'request', after }).next();

    it('is expired beyond the end of the store', async () => {
      await expect(firstOf(1_000_001n)).rejects.toThrow(PositionExpired);
    });

    it('is expired below what is kept, and the error names the oldest that is not', async () => {
      await write(entry(1), entry(2), entry(3, 0), entry(3, 1), entry(4));
      await createFeedWriter({ database: bench.database(), keep: { days: 7, rows: 2 } }).trim(PROJECTION);
      await expect(firstOf(2n)).rejects.toMatchObject({ code: 'POSITION_EXPIRED', oldest: 'p1.mem1.3' });
      expect(await firstOf(3n)).toMatchObject({ value: { position: 4n } });
    });
  });

  it('keeps what is young and among the last, whole positions at a time', async () => {
    await write(entry(1), entry(2), entry(3, 0), entry(3, 1), entry(4));
    const trim = (days: number, rows: number) =>
      createFeedWriter({ database: bench.database(), keep: { days, rows } }).trim(PROJECTION);
    const left = () =>
      bench.database().query<{ position: string }>('select position from change_feed order by position, n');
    await trim(7, 5);
    expect(await left()).toHaveLength(5);
    expect(await bench.database().query('select * from feed_mark')).toEqual([]);
    await bench.database().query(`update change_feed set created_at = now() - interval '8 days' where position = 1`);
    await trim(7, 5);
    expect((await left()).map(({ position }) => position)).toEqual(['2', '3', '3', '4']);
    await trim(7, 2);
    expect((await left()).map(({ position }) => position)).toEqual(['4']);
    await trim(7, 5);
    expect(await bench.database().query('select * from feed_mark')).toEqual([
      { projection: PROJECTION, trimmed_to: '3' },
    ]);
  });
});

import type { StoredEvent } from '../event-store';
import { createLogBatches } from './log-batches';

const QUICK = 1;
const SLOW = 5_000;

const LARGE = 'x'.repeat(2 ** 17);

/** A log of so many events, at positions from 1, with what each says, and the sizes that it was asked for. */
function logOf(count: number, textAt: (position: number) => string = () => '') {
  const asked: number[] = [];
  const log = { count, asked };
  return Object.assign(log, {
    readAll(after: bigint, limit: number): Promise<StoredEvent[]> {
      asked.push(limit);
      const length = Math.min(limit, log.count - Number(after));
      const at = (index: number) => {
        const globalPosition = after + BigInt(index + 1);
        return { globalPosition, data: { text: textAt(Number(globalPosition)) } } as StoredEvent;
      };
      return Promise.resolve(Array.from({ length }, (_, index) => at(index)));
    },
  });
}

async function lengths(batches: ReturnType<typeof createLogBatches>, ms: number, most = 100): Promise<number[]> {
  const found: number[] = [];
  for (let isLast = false; !isLast && found.length < most;) {
    const batch = await batches.next();
    found.push(batch.events.length);
    ({ isLast } = batch);
    batches.took(ms);
  }
  return found;
}

it('gives what there is, one event as it comes', async () => {
  const log = logOf(1);
  const batches = createLogBatches(log, 0n);
  expect(await batches.next()).toMatchObject({ events: [{ globalPosition: 1n }], isLast: true });
  expect(await batches.next()).toEqual({ events: [], isLast: true });
  log.count = 2;
  expect(await batches.next()).toMatchObject({ events: [{ globalPosition: 2n }], isLast: true });
});

it('of a long log gives more and more, to a bound, and every event once', async () => {
  const found = await lengths(createLogBatches(logOf(48_100), 100n), QUICK);
  expect(found).toEqual([500, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 16_000, 0]);
});

it('reads a long batch page by page', async () => {
  const log = logOf(5_000);
  await lengths(createLogBatches(log, 0n), QUICK);
  expect(log.asked).toEqual([16, 64, 256, 164, 500, 1_000, 1_000, 1_000, 1_000, 1_000]);
});

it('gives nothing beyond its target, and goes on where that moves on', async () => {
  let target = 2n;
  const batches = createLogBatches(logOf(3_000), 0n, () => Promise.resolve(target));
  expect((await batches.next()).events.map(({ globalPosition }) => globalPosition)).toEqual([1n, 2n]);
  expect(await batches.next()).toEqual({ events: [], isLast: true });
  target = 3n;
  expect(await batches.next()).toMatchObject({ events: [{ globalPosition: 3n }], isLast: true });
});

it('gives less to who needs long for it, but never nothing', async () => {
  const found = await lengths(createLogBatches(logOf(20_000), 0n), SLOW, 9);
  expect(found).toEqual([500, 500, 250, 125, 62, 31, 15, 10, 10]);
});

it('gives less of large events, however quick it goes', async () => {
  const log = logOf(800, () => LARGE);
  const found = await lengths(createLogBatches(log, 0n), QUICK);
  expect(found).toEqual([128, 128, 128, 128, 128, 128, 32]);
});

it('gives no more than a page of large events that come behind small ones', async () => {
  const log = logOf(12_000, (position) => (position > 9_000 ? LARGE : ''));
  const found = await lengths(createLogBatches(log, 0n), QUICK);
  expect(found.slice(0, 6)).toEqual([500, 500, 1_000, 2_000, 4_000, 2_000]);
  expect(Math.max(...found.slice(6))).toBe(128);
});

it.each([2, 5, 10])('gives less where one of %d is large, whichever', async (period) => {
  for (let place = 0; place < period; place++) {
    const log = logOf(5_000, (position) => (position % period === place ? LARGE : ''));
    const [, ...found] = await lengths(createLogBatches(log, 0n), QUICK);
    expect(Math.max(...found)).toBeLessThan(128 * period * 1.3); // about what makes 16 MiB
  }
});

it('reads the next before it is asked for, where there is one', async () => {
  const log = logOf(600);
  const batches = createLogBatches(log, 0n);
  await batches.next();
  expect(log.asked).toEqual([16, 64, 256, 164, 500]);
  await batches.next();
  expect(log.asked).toEqual([16, 64, 256, 164, 500]);
});

it('tells a failure to who asks, and then reads again from the same place', async () => {
  const log = logOf(700);
  let fails = false;
  const store = {
    readAll: (after: bigint, limit: number) => (fails ? Promise.reject(new Error('away')) : log.readAll(after, limit)),
  };
  const batches = createLogBatches(store, 0n);
  fails = true;
  await expect(batches.next()).rejects.toThrow('away');
  fails = false;
  expect((await batches.next()).events).toHaveLength(500);
});

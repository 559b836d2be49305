import { times } from './fixtures.contract';
import type { StoredEvent } from './event';
import { followLog } from './follow-log';
import { wholeLog } from './whole-log';

const LARGE = 'x'.repeat(2 ** 20);

/** A log of so many events, at positions from 1, with what each says, and how many it was asked for. */
function logOf(count: number, textAt: (position: number) => string) {
  const asked: number[] = [];
  return {
    asked,
    head: () => Promise.resolve(BigInt(count)),
    onAppended: () => () => undefined,
    closing: new AbortController().signal,
    readAll(after: bigint, limit: number): Promise<StoredEvent[]> {
      asked.push(limit);
      const page = times(Math.min(limit, count - Number(after)), (index) => Number(after) + index + 1);
      return Promise.resolve(
        page.map((at) => ({ globalPosition: BigInt(at), data: { text: textAt(at) } }) as StoredEvent),
      );
    },
  };
}

describe.each([
  ['the whole log', wholeLog],
  ['who follows it', (log: ReturnType<typeof logOf>) => followLog(log, 0n, new AbortController().signal)],
])('%s', (_, read) => {
  async function readToEnd(count: number, textAt: (position: number) => string) {
    const log = logOf(count, textAt);
    const seen: bigint[] = [];
    for await (const { globalPosition } of read(log, 0n)) if (seen.push(globalPosition) === count) break;
    expect(seen).toEqual(times(count, (index) => BigInt(index + 1)));
    return log.asked;
  }

  it('is read in pages that grow, to a bound', async () => {
    const asked = await readToEnd(3_000, () => '');
    expect(asked.slice(0, 5)).toEqual([16, 64, 256, 1_000, 1_000]);
  });

  it('is read a few at a time where they are large', async () => {
    const asked = await readToEnd(200, () => LARGE);
    expect(asked.slice(0, 4)).toEqual([16, 4, 4, 4]);
  });

  it('is read many at a time again after the large ones', async () => {
    const asked = await readToEnd(3_000, (at) => (at < 100 ? LARGE : ''));
    expect(Math.max(...asked)).toBe(1_000);
  });
});

import { EventStoreUnavailable } from '../errors';
import { createKeyedQueue } from './keyed-queue';

describe('keyed queue', () => {
  afterEach(() => jest.useRealTimers());

  it('runs one key in order, past failures, and other keys meanwhile', async () => {
    const inTurn = createKeyedQueue();
    const told: string[] = [];
    let release: () => void = () => undefined;
    const held = inTurn('a', async () => {
      await new Promise<void>((resolve) => (release = resolve));
      told.push('a1');
      throw new Error('a1 failed');
    });
    const next = inTurn('a', () => Promise.resolve(told.push('a2')));
    await inTurn('b', () => Promise.resolve(told.push('b1')));
    release();
    await expect(held).rejects.toThrow('a1 failed');
    await next;
    expect(told).toEqual(['b1', 'a1', 'a2']);
  });

  it('refuses what waited for long, and begins what came later', async () => {
    jest.useFakeTimers();
    const inTurn = createKeyedQueue();
    const told: string[] = [];
    let release: () => void = () => undefined;
    const held = inTurn('a', () => new Promise<void>((resolve) => (release = resolve)));
    const waits = [2, 3].map((n) => inTurn('a', () => Promise.resolve(told.push(`a${n}`))));
    await Promise.resolve(); // the first begins
    jest.advanceTimersByTime(10_001);
    const late = inTurn('a', () => Promise.resolve(told.push('a4')));
    release();
    for (const wait of waits) await expect(wait).rejects.toBeInstanceOf(EventStoreUnavailable);
    await Promise.all([held, late]);
    expect(told).toEqual(['a4']);
  });
});

import { createKeyedQueue } from './keyed-queue';

describe('keyed queue', () => {
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
});

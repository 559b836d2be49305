import { UnknownOutcome } from '../../errors';
import type { Database } from '../../postgres';
import { createAppending } from './appending';

it('counts an answer that does not come as lost', async () => {
  jest.useFakeTimers();
  try {
    const frozen = { query: () => new Promise(() => undefined) } as unknown as Database;
    const failure = createAppending(frozen)([{ streamId: 'a', expected: 'any', events: [] }]).catch(
      (error: unknown) => error,
    );
    await jest.advanceTimersByTimeAsync(9_999);
    expect(await Promise.race([failure, 'waiting'])).toBe('waiting');
    await jest.advanceTimersByTimeAsync(1);
    expect(await failure).toBeInstanceOf(UnknownOutcome);
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});

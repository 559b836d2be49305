import { UnknownOutcome } from '../../errors';
import type { Lane } from '../../postgres';
import { createAppending } from './appending';

it('counts an answer that does not come in 10 s as lost', async () => {
  const waits: number[] = [];
  const frozen: Lane = {
    session: () => Promise.resolve({ pid: 1 }),
    query(_statement, _values, timeoutMs) {
      waits.push(timeoutMs);
      return Promise.reject(new Error('Query read timeout'));
    },
    close: () => undefined,
  };
  await expect(createAppending(frozen).judge({ streamId: 'a', expected: 'any', events: [] })).rejects.toBeInstanceOf(
    UnknownOutcome,
  );
  expect(waits).toEqual([10_000]);
});

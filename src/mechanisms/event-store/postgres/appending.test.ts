import { UnknownOutcome } from '../../errors';
import type { Lane } from '../../postgres';
import { NO_STREAM } from '../event-store';
import { newEvents } from '../fixtures.contract';
import { writeDown } from '../written-event';
import type { ExactAppend } from './appending';
import { createAppending } from './appending';

const cancelled = Object.assign(new Error('canceling statement due to user request'), {
  severity: 'ERROR',
  code: '57014',
});
const later = () => new Promise((resolve) => setImmediate(resolve));

/** One append beside other processes, where the server answers so. */
function appendAt(answers: { insert(): Promise<unknown>; flush(): Promise<unknown> }) {
  const lane: Lane = {
    session: () => Promise.resolve({ pid: 1 }),
    async query<Row>({ name }: { name: string }) {
      await (name === 'flush_events' ? answers.flush() : answers.insert());
      return [{ position: '1', recorded: 0 }] as Row[];
    },
    close: () => undefined,
  };
  const append = writeDown('thing-1', NO_STREAM, newEvents(1)) as ExactAppend;
  return createAppending(lane, () => true).together([append]);
}

describe('what became of an append beside other processes', () => {
  const done = () => Promise.resolve();

  it('is known when the insert is answered, then the flush', async () => {
    expect(await appendAt({ insert: done, flush: done })).toMatchObject([{ outcome: 'appended', positions: [1n] }]);
  });

  it('is not known when the flush fails, whatever the failure says', async () => {
    const answer = appendAt({ insert: done, flush: () => Promise.reject(cancelled) });
    await expect(answer).rejects.toBeInstanceOf(UnknownOutcome);
  });

  it('is not known when the insert had to be sent again, and so came after the flush', async () => {
    const answer = appendAt({ insert: later, flush: done });
    await expect(answer).rejects.toBeInstanceOf(UnknownOutcome);
  });
});

import type { StoredEvent } from '../event-store';
import { createMemoryEventStore } from '../event-store/testing';
import { coalesceReads } from './coalesced-reads';
import { fact } from './testing';

/** A store whose reads are answered by hand. */
function setUp() {
  const inner = createMemoryEventStore();
  const answers: (() => void)[] = [];
  const shared = coalesceReads({
    ...inner,
    async readAll(after, limit) {
      const events = await inner.readAll(after, limit); // as of now
      await new Promise<void>((resolve) => answers.push(resolve));
      return events;
    },
  });
  const hinted = () => new Promise<void>((resolve) => shared.onAppended(resolve));
  const answer = async <Asked>(asked: readonly Promise<Asked>[]) => {
    await new Promise(setImmediate);
    const questions = answers.splice(0);
    for (const resolve of questions) resolve();
    return { questions: questions.length, answers: await Promise.all(asked) };
  };
  return { shared, hinted, answer };
}
const positions = (answers: StoredEvent[][]) => answers.map((events) => events.map((event) => event.globalPosition));

it('asks once for what several ask at a time, and anew when that is answered', async () => {
  const { shared, answer } = setUp();
  await shared.append('one', 'any', [fact('Counted'), fact('Counted')]);
  const questions = [shared.readAll(0n, 10), shared.readAll(0n, 10), shared.readAll(1n, 10), shared.readAll(0n, 1)];
  const first = await answer(questions);
  expect(first.questions).toBe(3);
  expect(positions(first.answers)).toEqual([[1n, 2n], [1n, 2n], [2n], [1n]]);
  await shared.append('one', 'any', [fact('Counted')]);
  expect(positions((await answer([shared.readAll(0n, 10)])).answers)).toEqual([[1n, 2n, 3n]]);
});

it('answers who was told of an append with what was appended, also while an older question has no answer', async () => {
  const { shared, hinted, answer } = setUp();
  const before = shared.readAll(0n, 10);
  await new Promise(setImmediate);
  const hint = hinted();
  await shared.append('one', 'any', [fact('Counted')]);
  await hint;
  const after = [shared.readAll(0n, 10), shared.readAll(0n, 10)];
  const { questions, answers } = await answer([before, ...after]);
  expect(questions).toBe(2);
  expect(positions(answers)).toEqual([[], [1n], [1n]]);
});

import { EventStoreUnavailable, InvalidEvent, UnknownOutcome } from '../../errors';
import type { Append } from '../written-event';
import type { Appended } from './appending';
import { createSettling } from './settling';

const unknown = new UnknownOutcome('lost');
const away = new EventStoreUnavailable('away');
const invalid = new InvalidEvent('bad');

const answerTo = ({ streamId }: Append) =>
  ({ outcome: 'appended', positions: [], recordedAt: streamId }) as unknown as Appended;

/** What a call is met with: an error, or the streams that are not simply appended to; nothing for an answer to all. */
type Script = (calls: string[]) => Error | string | undefined;

/** Settles one append per stream; calls are told as `ab` for a and b together, and as `a?` for a judged alone. */
async function settled(streams: [string, 'any' | number][], script: Script) {
  const calls: string[] = [];
  const call = <Answer>(name: string, answer: (open: string) => Answer): Promise<Answer> => {
    calls.push(name);
    const met = script(calls) ?? '';
    return typeof met === 'string' ? Promise.resolve(answer(met)) : Promise.reject(met);
  };
  const settle = createSettling({
    together: (appends) =>
      call(appends.map(({ streamId }) => streamId).join(''), (open) =>
        appends.map((append) => (open.includes(append.streamId) ? null : answerTo(append))),
      ),
    judge: (append) => call(`${append.streamId}?`, () => answerTo(append)),
  });
  const answers: Record<string, unknown> = {};
  const batch = streams.map(([streamId, expected]) => ({
    append: { streamId, expected, events: [] },
    size: 0,
    since: 0,
    resolve: (answer: unknown) => void (answers[streamId] = (answer as Appended).recordedAt),
    reject: (error: unknown) => void (answers[streamId] = error),
  }));
  await settle(batch);
  return { calls, answers };
}

const abc: [string, number][] = [
  ['a', -1],
  ['b', -1],
  ['c', -1],
];
const last = (calls: string[]) => calls.at(-1)!;

it('gives each its answer', async () => {
  const { calls, answers } = await settled(abc, () => undefined);
  expect(calls).toEqual(['abc']);
  expect(answers).toEqual({ a: 'a', b: 'b', c: 'c' });
});

it('has those judged that are not simply the next of their stream', async () => {
  const { calls, answers } = await settled(abc, (made) => (made.length === 1 ? 'ac' : undefined));
  expect(calls).toEqual(['abc', 'a?', 'c?']);
  expect(answers).toEqual({ a: 'a', b: 'b', c: 'c' });
});

it('has each judged when one is refused', async () => {
  const { calls, answers } = await settled(abc, (made) => (last(made).includes('b') ? invalid : undefined));
  expect(calls).toEqual(['abc', 'a?', 'b?', 'c?']);
  expect(answers).toEqual({ a: 'a', b: invalid, c: 'c' });
});

it('sends any alone, after the others', async () => {
  const { calls, answers } = await settled(
    [
      ['a', 'any'],
      ['b', 0],
    ],
    () => undefined,
  );
  expect(calls).toEqual(['b', 'a?']);
  expect(answers).toEqual({ a: 'a', b: 'b' });
});

it('sends lost ones once more when exact, and never when any', async () => {
  const exact = await settled(abc, (made) => (made.length === 1 ? unknown : undefined));
  expect(exact.calls).toEqual(['abc', 'abc']);
  expect(exact.answers).toEqual({ a: 'a', b: 'b', c: 'c' });
  const any = await settled([['a', 'any']], () => unknown);
  expect(any.calls).toEqual(['a?']);
  expect(any.answers).toEqual({ a: unknown });
});

it.each<[string, Error]>([
  ['is lost too', new UnknownOutcome('lost again')],
  ['finds the store away', away],
])('stays in doubt when the second try %s', async (_, second) => {
  const { calls, answers } = await settled(abc, (made) => (made.length === 1 ? unknown : second));
  expect(calls).toEqual(['abc', 'abc']);
  expect(answers).toEqual({ a: unknown, b: unknown, c: unknown });
});

it('has each judged when the second try is refused for one', async () => {
  const { calls, answers } = await settled(abc, (made) => {
    if (made.length === 1) return unknown;
    return last(made).includes('b') ? invalid : undefined;
  });
  expect(calls).toEqual(['abc', 'abc', 'a?', 'b?', 'c?']);
  expect(answers).toEqual({ a: 'a', b: unknown, c: 'c' });
});

it('settles the one that was lost when judged', async () => {
  let lost = false;
  const { calls, answers } = await settled(abc, (made) => {
    if (made.length === 1) return invalid;
    if (last(made) !== 'b?' || lost) return undefined;
    lost = true;
    return unknown;
  });
  expect(calls).toEqual(['abc', 'a?', 'b?', 'b?', 'c?']);
  expect(answers).toEqual({ a: 'a', b: 'b', c: 'c' });
});

it('tells all when the store is away', async () => {
  const { calls, answers } = await settled(abc, () => away);
  expect(calls).toEqual(['abc']);
  expect(answers).toEqual({ a: away, b: away, c: away });
});

it('lets nobody else wait when the store goes away in the middle', async () => {
  const { calls, answers } = await settled(abc, (made) =>
    made.length === 1 ? 'abc' : last(made) === 'b?' ? away : undefined,
  );
  expect(calls).toEqual(['abc', 'a?', 'b?']);
  expect(answers).toEqual({ a: 'a', b: away, c: expect.any(EventStoreUnavailable) });
});

import { EventStoreUnavailable, InvalidEvent, UnknownOutcome } from '../../errors';
import type { Append, AppendRow } from './appending';
import { createSettling } from './settling';

const unknown = new UnknownOutcome('lost');
const away = new EventStoreUnavailable('away');
const invalid = new InvalidEvent('bad');

const rowOf = ({ streamId }: Append) => ({ outcome: 'appended', last_version: streamId }) as AppendRow;

/** Settles one append per stream; what each call does is told in turn: an error, or nothing for an answer. */
async function settled(streams: [string, 'any' | number][], script: (calls: string[]) => Error | undefined) {
  const calls: string[] = [];
  const settle = createSettling((appends) => {
    calls.push(appends.map(({ streamId }) => streamId).join(''));
    const error = script(calls);
    return error ? Promise.reject(error) : Promise.resolve(appends.map(rowOf));
  });
  const answers: Record<string, unknown> = {};
  const batch = streams.map(([streamId, expected]) => ({
    append: { streamId, expected, events: [] },
    size: 0,
    since: 0,
    resolve: (row: AppendRow) => void (answers[streamId] = row.last_version),
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

it('gives each its row', async () => {
  const { calls, answers } = await settled(abc, () => undefined);
  expect(calls).toEqual(['abc']);
  expect(answers).toEqual({ a: 'a', b: 'b', c: 'c' });
});

it('sends each alone when one is refused', async () => {
  const { calls, answers } = await settled(abc, (made) => (last(made).includes('b') ? invalid : undefined));
  expect(calls).toEqual(['abc', 'a', 'b', 'c']);
  expect(answers).toEqual({ a: 'a', b: invalid, c: 'c' });
});

it('sends a lost one once more when exact, and never when any', async () => {
  const mixed: [string, 'any' | number][] = [
    ['a', -1],
    ['b', 'any'],
    ['c', 3],
  ];
  const { calls, answers } = await settled(mixed, (made) => (made.length === 1 ? unknown : undefined));
  expect(calls).toEqual(['abc', 'ac']);
  expect(answers).toEqual({ a: 'a', b: unknown, c: 'c' });
});

it.each<[string, Error]>([
  ['is lost too', new UnknownOutcome('lost again')],
  ['finds the store away', away],
])('stays in doubt when the second try %s', async (_, second) => {
  const { calls, answers } = await settled(abc, (made) => (made.length === 1 ? unknown : second));
  expect(calls).toEqual(['abc', 'abc']);
  expect(answers).toEqual({ a: unknown, b: unknown, c: unknown });
});

it('sends each alone when the second try is refused for one', async () => {
  const { calls, answers } = await settled(abc, (made) => {
    if (made.length === 1) return unknown;
    return last(made).includes('b') ? invalid : undefined;
  });
  expect(calls).toEqual(['abc', 'abc', 'a', 'b', 'c']);
  expect(answers).toEqual({ a: 'a', b: unknown, c: 'c' });
});

it('settles the one that was lost when sent alone', async () => {
  let lost = false;
  const { calls, answers } = await settled(abc, (made) => {
    if (made.length === 1) return invalid;
    if (last(made) !== 'b' || lost) return undefined;
    lost = true;
    return unknown;
  });
  expect(calls).toEqual(['abc', 'a', 'b', 'b', 'c']);
  expect(answers).toEqual({ a: 'a', b: 'b', c: 'c' });
});

it('tells all when the store is away', async () => {
  const { calls, answers } = await settled(abc, () => away);
  expect(calls).toEqual(['abc']);
  expect(answers).toEqual({ a: away, b: away, c: away });
});

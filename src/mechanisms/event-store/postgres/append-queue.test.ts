import { setTimeout as pause } from 'node:timers/promises';
import { EventStoreUnavailable, Overloaded } from '../../errors';
import { createAppendQueue } from './append-queue';
import type { Append } from '../written-event';
import type { AppendAnswer } from './appending';
import type { WaitingAppend } from './waiting-appends';

const ANSWER: AppendAnswer = { outcome: 'appended', version: 0, positions: [1n], recordedAt: new Date(0) };

function appendTo(streamId: string, size = 2): Append {
  const event = { eventId: '', type: 'Thing', schemaVersion: 1, data: 'd'.repeat(size - 1), metadata: 'm' };
  return { streamId, expected: 'any', events: [event] };
}

/** A queue whose batches are answered by hand, in their order. */
function setUp() {
  const batches: WaitingAppend[][] = [];
  const answers: (() => void)[] = [];
  const queue = createAppendQueue((batch) => {
    batches.push(batch);
    return new Promise((done) => {
      answers.push(() => {
        for (const { resolve } of batch) resolve(ANSWER);
        done();
      });
    });
  });
  const answer = () => answers.shift()?.();
  const sent = async (count: number) => {
    while (batches.length < count) await new Promise((done) => setImmediate(done));
    return batches[count - 1]!.map(({ append }) => append.streamId);
  };
  const next = (count: number) => {
    answer();
    return sent(count);
  };
  return { queue, next, sent, answer, batches };
}

it('sends what comes in one turn together, and what comes meanwhile after', async () => {
  const { queue, next, answer, batches } = setUp();
  const answers = ['a', 'b'].map((name) => queue.add(appendTo(name)));
  expect(await next(1)).toEqual(['a', 'b']);
  answers.push(...['c', 'd', 'e'].map((name) => queue.add(appendTo(name))));
  expect(batches).toHaveLength(1);
  expect(await next(2)).toEqual(['c', 'd', 'e']);
  answer();
  expect(await Promise.all(answers)).toEqual(Array(5).fill(ANSWER));
});

it('takes into the next batch whoever goes on after an answer', async () => {
  const { queue, next, answer } = setUp();
  const goOn = async (name: string) => {
    await queue.add(appendTo(name));
    await queue.add(appendTo(`${name} again`));
  };
  const both = Promise.all(['a', 'b'].map(goOn));
  await next(1);
  expect(await next(2)).toEqual(['a again', 'b again']);
  answer();
  await both;
});

it('lets nobody wait for others who was alone', async () => {
  const { queue, next, answer, batches } = setUp();
  const first = queue.add(appendTo('a'));
  await next(1);
  answer();
  await first;
  const second = queue.add(appendTo('b'));
  await new Promise((done) => process.nextTick(done)); // before the turn ends
  expect(batches).toHaveLength(2);
  answer();
  await second;
});

it('takes one append of a stream at a time, in their order, the others not held up', async () => {
  const { queue, next, answer, batches } = setUp();
  const appends = ['a', 'a', 'b', 'a', 'b'].map((name) => appendTo(name));
  const answers = Promise.all(appends.map((append) => queue.add(append)));
  expect([await next(1), await next(2), await next(3)]).toEqual([['a', 'b'], ['a', 'b'], ['a']]);
  answer();
  await answers;
  const sent = batches.flat().map(({ append }) => append);
  expect(sent.filter(({ streamId }) => streamId === 'a')).toEqual([appends[0], appends[1], appends[3]]);
});

it('sends at most 256 appends and about 1 MB together, and what is bigger alone', async () => {
  const { queue, next, answer } = setUp();
  const answers = Array.from({ length: 300 }, (_, n) => queue.add(appendTo(`${n}`)));
  expect(await next(1)).toHaveLength(256);
  await pause(30); // a slow one
  expect(await next(2)).toHaveLength(44);
  answers.push(...[400_000, 400_000, 400_000, 5_000_000, 1].map((size, n) => queue.add(appendTo(`big ${n}`, size))));
  expect([await next(3), await next(4), await next(5), await next(6)]).toEqual([
    ['big 0', 'big 1'],
    ['big 2'],
    ['big 3'],
    ['big 4'],
  ]);
  answer();
  await Promise.all(answers);
});

describe('where the disk is quick', () => {
  const names = (count: number, prefix: string) => Array.from({ length: count }, (_, n) => `${prefix} ${n}`);
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] }));
  afterEach(() => void jest.useRealTimers());

  /** A queue that has seen a call of 10 appends take so long. */
  async function after(ms: number) {
    const { queue, answer, sent, batches } = setUp();
    const addAll = (some: string[]) => Promise.all(some.map((name) => queue.add(appendTo(name))));
    const first = addAll(names(10, 'first'));
    await sent(1);
    jest.advanceTimersByTime(ms);
    answer();
    await first;
    return { addAll, answer, sent, batches };
  }

  it('sends many in two halves, the second before the first has its answer', async () => {
    const { addAll, answer, sent } = await after(0);
    const all = addAll(names(10, 'then'));
    expect(await sent(2)).toEqual(names(10, 'then').slice(0, 5));
    expect(await sent(3)).toEqual(names(10, 'then').slice(5));
    answer();
    answer();
    await all;
  });

  it.each([
    ['few', 0, 7],
    ['those who wait for a slow disk', 2, 10],
  ])('sends %s together', async (_whom, ms, count) => {
    const { addAll, answer, sent } = await after(ms);
    const all = addAll(names(count, 'then'));
    expect(await sent(2)).toEqual(names(count, 'then'));
    answer();
    await all;
  });

  it('sends them together again when the disk has become slow', async () => {
    const { addAll, answer, sent, batches } = await after(0);
    const halves = [names(5, 'one'), names(5, 'two')].map(addAll);
    await sent(3);
    jest.advanceTimersByTime(5);
    answer();
    await halves[0];
    const again = addAll(names(5, 'one again'));
    await new Promise((done) => setImmediate(done));
    expect(batches).toHaveLength(3);
    answer();
    await halves[1];
    const others = addAll(names(5, 'two again'));
    expect(await sent(4)).toEqual([...names(5, 'one again'), ...names(5, 'two again')]);
    answer();
    await Promise.all([again, others]);
  });

  it('sends no second append of a stream while its first has no answer', async () => {
    const { addAll, answer, sent, batches } = await after(0);
    const all = addAll([...names(10, 'then'), 'then 0', 'then 9']);
    await sent(3);
    const late = addAll(['then 9']);
    answer();
    expect(await sent(4)).toEqual(['then 0']);
    expect(batches).toHaveLength(4);
    answer();
    expect(await sent(5)).toEqual(['then 9']);
    answer();
    answer();
    expect(await sent(6)).toEqual(['then 9']);
    answer();
    await Promise.all([all, late]);
  });
});

it('refuses more than 10,000 at once, saying when to come again, and goes on with those', async () => {
  const { queue, next, answer } = setUp();
  const answers = Array.from({ length: 10_000 }, (_, n) => queue.add(appendTo(`${n}`)));
  const refused = queue.add(appendTo('too many'));
  await expect(refused).rejects.toBeInstanceOf(Overloaded);
  await expect(refused).rejects.toMatchObject({ code: 'OVERLOADED', retryable: true, retryAfter: expect.any(Date) });
  await next(1);
  answers.push(queue.add(appendTo('room again')));
  const all = Promise.all(answers);
  let over = false;
  void all.then(() => (over = true));
  for (; !over; await new Promise((done) => setImmediate(done))) answer();
  expect(await all).toHaveLength(10_001);
});

it('refuses more than 64 MiB', async () => {
  const { queue, next, answer } = setUp();
  const answers = [queue.add(appendTo('huge', 64 * 1024 * 1024))];
  await expect(queue.add(appendTo('too much'))).rejects.toBeInstanceOf(Overloaded);
  await next(1);
  answers.push(queue.add(appendTo('room again')));
  await next(2);
  answer();
  await Promise.all(answers);
});

it('lets nothing wait for ever behind a call without answer', async () => {
  const { queue, next, answer } = setUp();
  const stuck = queue.add(appendTo('stuck'));
  await next(1);
  jest.useFakeTimers();
  try {
    const waits = queue.add(appendTo('waits')).catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(2_000);
    const waitsLess = queue.add(appendTo('waits less'));
    await jest.advanceTimersByTimeAsync(4_000);
    expect(await waits).toBeInstanceOf(EventStoreUnavailable);
    jest.useRealTimers();
    expect(await next(2)).toEqual(['waits less']);
    answer();
    await Promise.all([stuck, waitsLess]);
  } finally {
    jest.useRealTimers();
  }
});

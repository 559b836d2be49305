import { setImmediate as nextTurn } from 'node:timers/promises';
import { times } from '../fixtures.contract';
import { createAppending } from './appending';
import type { Connection } from './connection';
import { NoAnswer } from './failures';

/** A burst of appends, each of which takes a turn to be a conflict: what became of them, and how many were under way at most. */
async function burst(count: number) {
  let [underWay, most] = [0, 0];
  const connection = {
    options: { credentials: { username: 'u', password: 'p' }, requiresLeader: true, deadline: 1_000 },
    async run() {
      most = Math.max(most, ++underWay);
      await nextTurn();
      underWay--;
      throw Object.assign(new Error('another version'), { type: 'wrong-expected-version', actualVersion: 3n });
    },
  } as Partial<Connection> as Connection;
  const append = createAppending(connection);
  const codes = times(count, (n) =>
    append({ streamId: `s-${n}`, expected: 0, events: [] }).catch(({ code }: { code: string }) => code),
  );
  await nextTurn();
  return { codes: Promise.all(codes), most: () => most };
}

describe('a burst of appends', () => {
  afterEach(() => jest.restoreAllMocks());

  it('waits here for the most part, and is sent by and by', async () => {
    const { codes, most } = await burst(500);
    expect(await codes).toEqual(times(500, () => 'CONCURRENCY_CONFLICT'));
    expect(most()).toBe(32);
  });

  it('is not sent late: who asked has gone', async () => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(0);
    const { codes } = await burst(300);
    now.mockReturnValue(5_001);
    expect((await codes).filter((code) => code === 'EVENT_STORE_UNAVAILABLE').length).toBeGreaterThan(0);
  });

  it('is settled as others are, also what waited before it was sent', async () => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(0);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let calls = 0;
    const append = createAppending({
      options: { credentials: { username: 'u', password: 'p' }, requiresLeader: true, deadline: 1_000 },
      closing: new AbortController().signal,
      async run() {
        const mine = ++calls;
        if (mine <= 32) await held;
        if (mine === 33) throw new NoAnswer('its answer was lost');
        throw Object.assign(new Error('another version'), { type: 'wrong-expected-version', actualVersion: 3n });
      },
    } as Partial<Connection> as Connection);
    const outcomes = times(33, (n) => append({ streamId: `s-${n}`, expected: 0, events: [] }).catch((e: unknown) => e));
    await nextTurn();
    now.mockReturnValue(4_000);
    release();
    expect((await Promise.all(outcomes)).at(-1)).toMatchObject({ code: 'CONCURRENCY_CONFLICT' });
    expect(calls).toBe(34);
  });
});

import { PositionExpired } from '../../mechanisms/errors';
import { NO_STREAM } from '../../mechanisms/event-store';
import type { EventStore } from '../../mechanisms/event-store';
import { createMemoryEventStore } from '../../mechanisms/event-store/testing';
import { fact } from '../../mechanisms/projections/testing';
import { MOST_LOOKED_AT, readLog } from './loaders';

const COMMON = 'ServiceCameUp';
const RARE = 'RoleChanged';
let store: EventStore;
beforeEach(() => void (store = createMemoryEventStore()));

/** One of these types each, in this order: positions from 1. */
const append = (...types: string[]) =>
  store.append(
    'test-1',
    'any',
    types.map((type) => fact(type)),
  );
const positions = async (question: Partial<Parameters<typeof readLog>[1]>) => {
  const { events, ...rest } = await readLog(store, { after: 0n, first: 2, ...question });
  return { at: events.map(({ globalPosition }) => Number(globalPosition)), ...rest };
};

it('pages through the log, and says where it ends', async () => {
  await append(COMMON, RARE, COMMON);
  expect(await positions({})).toEqual({ at: [1, 2], upTo: 2n, more: true });
  expect(await positions({ after: 2n })).toEqual({ at: [3], upTo: 3n, more: false });
  expect(await positions({ first: 3 })).toEqual({ at: [1, 2, 3], upTo: 3n, more: false });
  expect(await positions({ after: 3n })).toEqual({ at: [], upTo: 3n, more: false });
});

it('finds types between others, and goes on where it looked last', async () => {
  await append(RARE, COMMON, RARE, COMMON, COMMON, RARE, COMMON);
  const first = await positions({ types: [RARE] });
  expect(first).toEqual({ at: [1, 3], upTo: 3n, more: true });
  expect(await positions({ types: [RARE], after: first.upTo })).toEqual({ at: [6], upTo: 7n, more: false });
  expect((await positions({ types: [RARE, COMMON] })).at).toEqual([1, 2]);
  expect((await positions({ types: [] })).at).toEqual([]);
});

it('looks only so far for one question: then the page is short, and says where to go on', async () => {
  const thousand = Array.from({ length: 1_000 }, () => COMMON);
  for (let there = 0; there < MOST_LOOKED_AT; there += thousand.length) await append(...thousand);
  await append(COMMON, RARE);
  const first = await positions({ types: [RARE] });
  expect(first).toEqual({ at: [], upTo: BigInt(MOST_LOOKED_AT), more: true });
  expect((await positions({ types: [RARE], after: first.upTo })).at).toEqual([MOST_LOOKED_AT + 2]);
});

it('refuses a position beyond the end, in an empty log too', async () => {
  await expect(positions({ after: 1n })).rejects.toBeInstanceOf(PositionExpired);
  await append(COMMON);
  await expect(positions({ after: 2n })).rejects.toBeInstanceOf(PositionExpired);
  expect(await store.append('test-2', NO_STREAM, [fact(COMMON)])).toMatchObject({ position: 2n });
  expect((await positions({ after: 1n })).at).toEqual([2]);
});

import { NO_STREAM } from './event-store';
import type { EventStore } from './event-store';
import { appendUntilWon, collect, newEvents, newStream, times, until } from './fixtures.contract';
import type { ContractSetting } from './fixtures.contract';

const WRITERS = 10;
const EVENTS_PER_APPEND = 25;
/** LOAD_EVENTS=100000 is the drill of it: the store in Postgres always takes so many, the others would take minutes. */
const DEFAULT_EVENTS = Number(process.env.LOAD_EVENTS ?? 5_000);
const PATIENCE_MS = 120_000;

/** Following under load: whoever starts when, through whichever instance, sees each event once and in the order of all. */
export function loadContract(setting: () => ContractSetting): void {
  let store: EventStore;
  beforeAll(() => void (store = setting().store));

  /** Appends its share to streams of its own, loses races on a shared one, and has appends rolled back, where the engine knows such a thing. */
  async function write(through: EventStore, events: number, shared: string): Promise<bigint[]> {
    const acknowledged: bigint[] = [];
    for (let left = events; left > 0; left -= EVENTS_PER_APPEND) {
      const { positions } = await through.append(newStream(), NO_STREAM, newEvents(Math.min(left, EVENTS_PER_APPEND)));
      acknowledged.push(...positions);
      if (left % (20 * EVENTS_PER_APPEND) === 0) {
        await Promise.all([appendUntilWon(through, shared), setting().rollBack?.()]);
      }
    }
    return acknowledged;
  }

  it(
    'turns from catching up to live under load: nothing lost, doubled or out of order',
    async () => {
      const total = setting().loadEvents ?? DEFAULT_EVENTS;
      const other = await setting().reopen();
      const start = await store.head();
      const ending = new AbortController();
      const follow = (through: EventStore) => collect(through.subscribeToAll(start, ending.signal));
      try {
        const early = [follow(store), follow(other)];
        const shared = newStream();
        const writing = Promise.all(times(WRITERS, (n) => write(n % 2 ? store : other, total / WRITERS, shared)));
        await until(() => early[0]!.seen.length > total / 4, PATIENCE_MS);
        const late = [follow(store), follow(other)]; // far behind, with the writers still at it
        const acknowledged = (await writing).flat();
        const races = (await store.readStream(shared)).events.map((event) => event.globalPosition);

        const expected = [...acknowledged, ...races].sort((a, b) => Number(a - b));
        for (const { seen } of [...early, ...late]) {
          await until(() => seen.length >= expected.length, PATIENCE_MS);
          expect(
            firstDifference(
              seen.map((event) => event.globalPosition),
              expected,
            ),
          ).toBeUndefined();
        }
      } finally {
        ending.abort();
      }
    },
    2 * PATIENCE_MS,
  );
}

/** Where two lists part: a hundred thousand lines of a diff would tell nobody more. */
function firstDifference(seen: bigint[], expected: bigint[]) {
  const length = Math.max(seen.length, expected.length);
  for (let index = 0; index < length; index++) {
    if (seen[index] !== expected[index]) return { index, seen: seen[index], expected: expected[index] };
  }
  return undefined;
}

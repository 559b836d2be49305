import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { ConcurrencyConflict } from '../errors';
import type { NewEvent } from './event';
import { NO_STREAM } from './event-store';
import type { EventStore, ExpectedVersion } from './event-store';
import { newEvents, newStream, times } from './fixtures.contract';
import type { ContractSetting } from './fixtures.contract';

const STREAMS = 3;
const IDS = 12;
const RUNS = 25;

type Step =
  | { kind: 'append'; stream: number; expected: number; ids: number[] }
  | { kind: 'appendAny'; stream: number }
  | { kind: 'repeat'; which: number }
  | { kind: 'readStream'; stream: number }
  | { kind: 'readAll'; limit: number };

const is = <Kind extends Step['kind']>(kind: Kind) => fc.constant(kind);
const stream = fc.nat(STREAMS - 1);
const expected = fc.integer({ min: NO_STREAM, max: 6 });
// Of a small pool, so that known ones come again: together, apart, in another order.
const ids = fc.uniqueArray(fc.nat(IDS - 1), { minLength: 1, maxLength: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: is('append'), stream, expected, ids }) },
  { weight: 1, arbitrary: fc.record({ kind: is('appendAny'), stream }) },
  { weight: 2, arbitrary: fc.record({ kind: is('repeat'), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: is('readStream'), stream }) },
  { weight: 1, arbitrary: fc.record({ kind: is('readAll'), limit: fc.integer({ min: 1, max: 5 }) }) },
);

/** What an append is answered with, as far as a model can know it. */
type Outcome = { version: number; repeated: boolean } | { conflict: number };

/** All that an event store promises of appends, in a few lines: lists of ids. */
function createModel() {
  const streams = new Map<string, string[]>();
  const log: string[] = [];
  return {
    log,
    idsOf: (streamId: string) => streams.get(streamId) ?? [],
    /** Not so of known ids under the current version: strict-ids.contract.ts. */
    isPromised(streamId: string, expected: ExpectedVersion, given: string[]): boolean {
      const known = streams.get(streamId) ?? [];
      return expected !== known.length - 1 || !given.some((id) => known.includes(id));
    },
    append(streamId: string, expected: ExpectedVersion, given: string[]): Outcome {
      const known = streams.get(streamId) ?? [];
      const actual = known.length - 1;
      const again = known.slice(Number(expected) + 1, Number(expected) + 1 + given.length);
      if (again.length > 0 && again.join() === given.join())
        return { version: Number(expected) + given.length, repeated: true };
      const free = given.every((id) => !known.includes(id));
      if (!free || (expected !== 'any' && expected !== actual)) return { conflict: actual };
      streams.set(streamId, [...known, ...given]);
      log.push(...given.map((id) => `${streamId} ${id}`));
      return { version: actual + given.length, repeated: false };
    },
  };
}

/** One store beside the model, in a corner of its own: fresh streams, and the log from here. */
async function createRun(store: EventStore) {
  const model = createModel();
  const start = await store.head();
  const names = times(STREAMS, newStream);
  const pool = times(IDS, () => randomUUID());
  const appends: { streamId: string; expected: ExpectedVersion; events: NewEvent[] }[] = [];
  const tell = (events: { streamId: string; eventId: string }[]) =>
    events.map((one) => `${one.streamId} ${one.eventId}`);

  async function append({ streamId, expected: version, events }: (typeof appends)[number]): Promise<void> {
    const eventIds = events.map((event) => event.eventId);
    if (!model.isPromised(streamId, version, eventIds)) return;
    const outcome = await store.append(streamId, version, events).then(
      (answer): Outcome => ({ version: answer.version, repeated: answer.repeated }),
      (error: unknown): Outcome => {
        if (error instanceof ConcurrencyConflict) return { conflict: error.actual };
        throw error;
      },
    );
    expect({ version, outcome }).toEqual({ version, outcome: model.append(streamId, version, eventIds) });
  }

  const take: { [Kind in Step['kind']]: (step: Extract<Step, { kind: Kind }>) => Promise<void> } = {
    async append({ stream: n, expected: version, ids: chosen }) {
      const events = newEvents(chosen.length).map((event, index) => ({ ...event, eventId: pool[chosen[index]!]! }));
      const given = { streamId: names[n]!, expected: version, events };
      appends.push(given);
      await append(given);
    },
    // With fresh ids only, and never again: `any` is not promised to know a repeat.
    appendAny: ({ stream: n }) => append({ streamId: names[n]!, expected: 'any', events: newEvents(1) }),
    async repeat({ which }) {
      const before = appends[which % appends.length];
      if (before) await append(before);
    },
    async readStream({ stream: n }) {
      const { version, events } = await store.readStream(names[n]!);
      expect(events.map((event) => event.eventId)).toEqual(model.idsOf(names[n]!));
      expect(events.map((event) => event.streamVersion)).toEqual(times(version + 1, (at) => at));
    },
    async readAll({ limit }) {
      const seen: string[] = [];
      for (let after = start; ;) {
        const page = await store.readAll(after, limit);
        if (page.length === 0) break;
        seen.push(...tell(page.filter((event) => names.includes(event.streamId)))); // of before, an end may still be on its way
        after = page.at(-1)!.globalPosition;
      }
      expect(seen).toEqual(model.log);
    },
  };
  return async (one: Step) => take[one.kind](one as never);
}

/** Whatever is asked in whatever order: the store and the model agree. Nobody else may append meanwhile. */
export function modelContract(setting: () => ContractSetting): void {
  it('agrees with a model of lists, whatever is asked in whatever order', async () => {
    const { store } = setting();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const take = await createRun(store);
        for (const one of steps) await take(one);
        for (let n = 0; n < STREAMS; n++) await take({ kind: 'readStream', stream: n });
        await take({ kind: 'readAll', limit: 1_000 });
      }),
      { numRuns: RUNS },
    );
  }, 120_000);
}

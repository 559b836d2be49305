import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  Conflict,
  ConcurrencyConflict,
  EventStoreUnavailable,
  InvalidEvent,
  Overloaded,
  UnknownOutcome,
} from '../errors';
import { createEventCodecs } from './codecs';
import type { CommandContext } from './command-context';
import { createCommandHandler, deriveCommandId } from './command-handling';
import type { Decider } from './decider';
import type { EventStore } from './event-store';
import { createMemoryEventStore } from './memory';

type Counted = { type: 'Counted'; data: { by: number; note?: string } };
interface Count {
  total: number;
  lastPosition: bigint;
}
type Add = { add: number[] };

/** Counts up to 200, in steps. */
const counter: Decider<Count, Add, Counted> = {
  initialState: { total: 0, lastPosition: 0n },
  decide({ add }, { total }) {
    if (total >= 200) throw new Conflict('full', 'FULL');
    return add.map((by) => ({ type: 'Counted', data: { by } }));
  },
  evolve: ({ total }, { data, globalPosition }) => ({ total: total + data.by, lastPosition: globalPosition }),
};
const codecs = createEventCodecs([
  { type: 'Counted', schemaVersion: 1, schema: z.object({ by: z.number().positive(), note: z.string().optional() }) },
]);

const NOW = new Date('2026-05-06T07:08:09.123Z');
function context(over: Partial<CommandContext> = {}): CommandContext {
  return { commandId: randomUUID(), actor: { kind: 'USER', id: 'usr_1' }, now: NOW, correlationId: 'c', ...over };
}

describe('command handling', () => {
  let store: EventStore;
  const streamId = 'counter-1';
  const target = { streamId, decider: counter };
  beforeEach(() => void (store = createMemoryEventStore()));
  const handlerOn = (part: Partial<EventStore> = {}) => createCommandHandler({ store: { ...store, ...part }, codecs });
  const lengthOf = async () => (await store.readStream(streamId)).events.length;

  /** A store whose next appends go wrong in the given ways, one after the other. */
  function troubled(...troubles: ((append: () => Promise<unknown>) => Promise<unknown>)[]): Partial<EventStore> {
    return {
      async append(...given) {
        await troubles.shift()?.(() => store.append(...given));
        return store.append(...given);
      },
    };
  }
  const interfere = async () => {
    const other = createCommandHandler({ store, codecs });
    await other.handle(target, { add: [100] }, context());
  };

  it('answers with the state, the events in their places, and the position', async () => {
    const handler = handlerOn();
    await handler.handle(target, { add: [1] }, context());
    const given = context({ causationId: 'cause', client: { name: 'bot' } });
    const outcome = await handler.handle(target, { add: [2, 3] }, given);

    expect(outcome).toMatchObject({ state: { total: 6, lastPosition: 3n }, version: 2, position: 3n, repeated: false });
    expect(outcome.events).toEqual((await store.readStream(streamId)).events.slice(1));
    expect(outcome.events[0]?.metadata).toEqual({
      occurredAt: '2026-05-06T07:08:09.123Z',
      actor: given.actor,
      correlationId: 'c',
      causationId: 'cause',
      commandId: given.commandId,
      client: { name: 'bot' },
    });
    const loaded = await handler.load(streamId, counter);
    expect(loaded).toMatchObject({ state: outcome.state, version: 2, position: 3n });
    expect(loaded.events).toHaveLength(3);
  });

  it('appends nothing when nothing was decided', async () => {
    const outcome = await handlerOn().handle(target, { add: [] }, context());
    expect(outcome).toEqual({ state: counter.initialState, events: [], version: -1, position: null, repeated: false });
    expect(await store.head()).toBe(0n);
  });

  it('gives a repeated command its first events and today’s state, before any decision', async () => {
    const handler = handlerOn();
    const first = context();
    const { events } = await handler.handle(target, { add: [1, 2] }, first);
    await handler.handle(target, { add: [300] }, context());
    const again = await handlerOn().handle(target, { add: [1, 2] }, { ...first, now: new Date() });
    expect(again).toMatchObject({ state: { total: 303 }, version: 2, position: 3n, repeated: true });
    expect(again.events).toEqual(events);
    expect(await lengthOf()).toBe(3);
  });

  it('decides once when the same command comes 100 times at once', async () => {
    const handlers = [handlerOn(), handlerOn()];
    const same = context();
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, n) => handlers[n % 2]?.handle(target, { add: [1] }, same)),
    );
    expect(outcomes.filter((outcome) => outcome?.repeated === false)).toHaveLength(1);
    expect(new Set(outcomes.map((outcome) => outcome?.events[0]?.eventId)).size).toBe(1);
    expect(await lengthOf()).toBe(1);
  });

  it('lets 100 commands of one stream take turns, without a conflict', async () => {
    let appends = 0;
    const handler = handlerOn({ append: (...given) => (appends++, store.append(...given)) });
    await Promise.all(Array.from({ length: 100 }, () => handler.handle(target, { add: [1] }, context())));
    expect(appends).toBe(100);
    expect((await handler.load(streamId, counter)).state.total).toBe(100);
  });

  it('decides again on what another process appended in between', async () => {
    const outcome = await handlerOn(troubled(interfere)).handle(target, { add: [1] }, context());
    expect(outcome).toMatchObject({ state: { total: 101 }, version: 1, repeated: false });
    const refused = handlerOn(troubled(interfere)).handle(target, { add: [1] }, context());
    await expect(refused).rejects.toMatchObject({ code: 'FULL' });
    expect(await lengthOf()).toBe(3);
  });

  it('loads the answer when the same command was recorded elsewhere in between', async () => {
    const same = context();
    const elsewhere = async () => void (await handlerOn().handle(target, { add: [7] }, same));
    const outcome = await handlerOn(troubled(elsewhere)).handle(target, { add: [7] }, { ...same, now: new Date() });
    expect(outcome).toMatchObject({ state: { total: 7 }, repeated: true });
    expect(outcome.events[0]?.metadata.occurredAt).toBe(NOW.toISOString());
    expect(await lengthOf()).toBe(1);
  });

  it('gives up on a stream that is never still', async () => {
    let tries = 0;
    const append = () => Promise.reject(new ConcurrencyConflict(streamId, -1, ++tries));
    await expect(handlerOn({ append }).handle(target, { add: [1] }, context())).rejects.toBeInstanceOf(
      ConcurrencyConflict,
    );
    expect(tries).toBe(30);
  });

  describe('after an unknown outcome', () => {
    const lost = () => Promise.reject(new UnknownOutcome('lost'));

    it('finds what was stored', async () => {
      const storedThenLost = (append: () => Promise<unknown>) => append().then(lost);
      const outcome = await handlerOn(troubled(storedThenLost)).handle(target, { add: [1, 2] }, context());
      expect(outcome).toMatchObject({ state: { total: 3 }, repeated: true });
      expect(await lengthOf()).toBe(2);
    });

    it('stores what was not', async () => {
      const outcome = await handlerOn(troubled(lost)).handle(target, { add: [1, 2] }, context());
      expect(outcome).toMatchObject({ state: { total: 3 }, repeated: false });
    });

    it('tries once more, and says that nobody knows when that is lost, too', async () => {
      const append = jest.fn(lost);
      const handling = handlerOn({ append }).handle(target, { add: [1] }, context());
      await expect(handling).rejects.toBeInstanceOf(UnknownOutcome);
      expect(append).toHaveBeenCalledTimes(2);
    });

    it.each([new EventStoreUnavailable('away'), new Overloaded('full', new Date())])(
      'does not claim that nothing was written when then comes $code',
      async (error) => {
        const reads = [store.readStream, () => Promise.reject(error)];
        const readStream: EventStore['readStream'] = (id) => (reads.shift() as EventStore['readStream'])(id);
        const handling = handlerOn({ ...troubled(lost), readStream }).handle(target, { add: [1] }, context());
        await expect(handling).rejects.toBeInstanceOf(UnknownOutcome);
      },
    );
  });

  it('fails at once when the store is away', async () => {
    const readStream = jest.fn(() => Promise.reject(new EventStoreUnavailable('away')));
    await expect(handlerOn({ readStream }).handle(target, { add: [1] }, context())).rejects.toBeInstanceOf(
      EventStoreUnavailable,
    );
    expect(readStream).toHaveBeenCalledTimes(1);
  });

  it('stores nothing that could not be read again', async () => {
    await expect(handlerOn().handle(target, { add: [1, -1] }, context())).rejects.toBeInstanceOf(InvalidEvent);
    await expect(handlerOn().handle(target, { add: [1] }, context({ commandId: 'x' }))).rejects.toBeInstanceOf(
      InvalidEvent,
    );
    expect(await store.head()).toBe(0n);
  });

  it('gives events ids of their own in each stream, the same at each repeat', async () => {
    const same = context({ commandId: deriveCommandId('usr_1', 'count', 'key') });
    const idsIn = async (id: string) => {
      const fresh = createCommandHandler({ store: createMemoryEventStore(), codecs });
      const { events } = await fresh.handle({ streamId: id, decider: counter }, { add: Array(11).fill(1) }, same);
      return events.map((event) => event.eventId);
    };
    expect(await idsIn('a-1')).toEqual(await idsIn('a-1'));
    expect(new Set([...(await idsIn('a-1')), ...(await idsIn('a-11'))]).size).toBe(22);
  });
});

describe('derived command ids', () => {
  it('are the same for the same parts, in every release', () => {
    expect(deriveCommandId('usr_1', 'requestMedia', 'key')).toBe('5f1bda47-2ba7-5b6e-928c-5d459df73258');
  });

  it('differ when the parts are cut elsewhere', () => {
    expect(deriveCommandId('ab', 'c')).not.toBe(deriveCommandId('a', 'bc'));
    expect(deriveCommandId('a"', 'b')).not.toBe(deriveCommandId('a', '"b'));
  });
});

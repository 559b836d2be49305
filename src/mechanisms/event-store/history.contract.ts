import { InvalidEvent } from '../errors';
import type { NewEvent } from './event';
import { NO_STREAM } from './event-store';
import type { EventStore } from './event-store';
import { newEvents, newStream, sorted, times } from './fixtures.contract';
import type { ContractSetting } from './fixtures.contract';

/** What history holds: everything as it was given, and nothing that could not come back so. */
export function historyContract(setting: () => ContractSetting): void {
  let store: EventStore;
  beforeAll(() => void (store = setting().store));

  const from = (after: bigint) => store.readAll(after, 100_000);

  describe('what was given comes back', () => {
    it('with its envelope, in order, from the stream and from the log', async () => {
      const streamId = newStream();
      const head = await store.head();
      const events = newEvents(3);
      const before = Date.now();
      const answer = await store.append(streamId, NO_STREAM, events);
      const expected = events.map((event, index) => ({
        ...event,
        streamId,
        streamVersion: index,
        globalPosition: answer.positions[index],
        recordedAt: answer.recordedAt[index],
      }));
      expect(await store.readStream(streamId)).toEqual({ version: 2, events: expected });
      expect(await from(head)).toEqual(expected);
      expect(answer.position).toBe(answer.positions[2]);
      expect(Math.abs(answer.recordedAt[0]!.getTime() - before)).toBeLessThan(60_000);
    });

    it.each<[string, object]>([
      ['every kind of text', { text: 'Amélie 千と千尋 👩‍🚀 \u001f \u2028 "quoted" \\ {a,b} NULL \\u0000 \ufffd' }],
      ['numbers', { numbers: [0, 1.5, -1e-300, 2 ** 53, 1.7976931348623157e308, 0.1 + 0.2] }],
      ['the order of keys', { zebra: 1, apple: 2, nested: { y: [], x: {} }, mango: null }],
      ['names that mean something elsewhere', JSON.parse('{"__proto__":{"a":1},"constructor":"x","":true}') as object],
      ['nothing at all', {}],
    ])('keeps %s', async (_, data) => {
      const streamId = newStream();
      const [event] = newEvents(1) as [NewEvent];
      const client = { name: 'bot "☂" \\' };
      await store.append(streamId, NO_STREAM, [{ ...event, data, metadata: { ...event.metadata, client } }]);
      const [stored] = (await store.readStream(streamId)).events;
      expect(JSON.stringify(stored?.data)).toBe(JSON.stringify(data));
      expect(stored?.metadata).toEqual({ ...event.metadata, client });
    });

    it('keeps events of almost 1 MiB, and many smaller ones in one append', async () => {
      const streamId = newStream();
      const events = newEvents(12).map((event, index) => {
        return { ...event, data: { text: `${index % 10}`.repeat(index < 2 ? 1_040_000 : 100_000) } };
      });
      await store.append(streamId, NO_STREAM, events.slice(0, 1));
      await store.append(streamId, 0, events.slice(1, 2));
      await store.append(streamId, 1, events.slice(2));
      expect((await store.readStream(streamId)).events.map((event) => event.data)).toEqual(events.map((e) => e.data));
    });
  });

  describe('what no history must take', () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const deep = times(100_000, (n) => n).reduce<object>((inner) => ({ inner }), {});

    it.each<[string, Partial<NewEvent>]>([
      ['more than 1 MiB', { data: { text: 'é'.repeat(524_300) } }],
      ['a bigint', { data: { size: 1n } }],
      ['a circle', { data: circular }],
      ['more levels than a parser has stack for', { data: deep }],
      ['NaN', { data: { ratio: Number.NaN } }],
      ['a date', { data: { at: new Date(0) } }],
      ['a map', { data: { seasons: new Map() } }],
      ['a function', { data: { run: () => 1 } }],
      ['a hole in a list', { data: { list: [1, undefined] } }],
      ['a NUL', { data: { text: ['a\u0000b'] } }],
      ['half a character', { data: { text: 'a\ud83d' } }],
      ['a NUL in a name', { data: { 'a\u0000': 1 } }],
      ['an id that is no UUID', { eventId: 'event-1' }],
      ['a type without a name', { type: '' }],
      ['a type of the server’s own', { type: '$metadata' }],
      ['a schema version of 0', { schemaVersion: 0 }],
      ['a schema version that a column does not hold', { schemaVersion: 2 ** 31 }],
    ])('refuses %s, and all that came with it', async (_, wrong) => {
      const streamId = newStream();
      const [good, bad] = newEvents(2) as [NewEvent, NewEvent];
      await expect(store.append(streamId, NO_STREAM, [good, { ...bad, ...wrong }])).rejects.toBeInstanceOf(
        InvalidEvent,
      );
      expect((await store.readStream(streamId)).version).toBe(NO_STREAM);
    });

    it.each([
      ['empty', ''],
      ['too long', 'x'.repeat(201)],
      ['with a line break', 'request\n1'],
      ['with a NUL', 'request\u0000'],
      ['with half a character', 'request-\ud83d'],
      ['one of the server’s own', '$settings'],
    ])('refuses a stream name that is %s', async (_, streamId) => {
      await expect(store.append(streamId, NO_STREAM, newEvents(1))).rejects.toBeInstanceOf(InvalidEvent);
      await expect(store.readStream(streamId)).rejects.toBeInstanceOf(InvalidEvent);
    });

    it('refuses more than 1 MiB in one append', async () => {
      const streamId = newStream();
      const events = newEvents(11).map((event) => ({ ...event, data: { text: 'x'.repeat(100_000) } }));
      await expect(store.append(streamId, NO_STREAM, events)).rejects.toBeInstanceOf(InvalidEvent);
      expect((await store.readStream(streamId)).version).toBe(NO_STREAM);
    });

    it.each([-2, 0.5, Number.NaN])('refuses the expected version %d', async (expected) => {
      await expect(store.append(newStream(), expected, newEvents(1))).rejects.toBeInstanceOf(InvalidEvent);
    });

    it('refuses an append of nothing, and one that says an id twice', async () => {
      const [event] = newEvents(1) as [NewEvent];
      await expect(store.append(newStream(), NO_STREAM, [])).rejects.toBeInstanceOf(InvalidEvent);
      await expect(store.append(newStream(), NO_STREAM, [event, event])).rejects.toBeInstanceOf(InvalidEvent);
    });

    it('takes a property that is undefined for an absent one', async () => {
      const streamId = newStream();
      const [event] = newEvents(1) as [NewEvent];
      await store.append(streamId, NO_STREAM, [{ ...event, data: { note: undefined, kept: 1 } }]);
      expect((await store.readStream(streamId)).events[0]?.data).toEqual({ kept: 1 });
    });
  });

  describe('the order of all', () => {
    it('pages through the log after a position', async () => {
      const start = await store.head();
      for (const count of [3, 1, 2]) await store.append(newStream(), NO_STREAM, newEvents(count));
      const whole = (await from(start)).map((event) => event.globalPosition);
      expect(whole).toHaveLength(6);
      expect(whole).toEqual(sorted(whole));
      const paged: bigint[] = [];
      for (let after = start; ; after = paged.at(-1) as bigint) {
        const page = await store.readAll(after, 4);
        if (page.length === 0) break;
        paged.push(...page.map((event) => event.globalPosition));
      }
      expect(paged).toEqual(whole);
      expect(await store.head()).toBe(whole.at(-1));
      expect(await from(await store.head())).toEqual([]);
    });

    it('keeps for a reader that is behind what another one has read to the end', async () => {
      const start = await store.head();
      const { positions } = await store.append(newStream(), NO_STREAM, newEvents(2));
      for (const after of [start, ...positions]) await store.readAll(after, 1);
      expect((await from(start)).map((event) => event.globalPosition)).toEqual(positions);
    });

    it('keeps what comes after somebody has looked beyond the end', async () => {
      const start = await store.head();
      expect(await store.readAll(start + 1_000_000n, 10)).toEqual([]);
      const { positions } = await store.append(newStream(), NO_STREAM, newEvents(2));
      expect((await from(start)).map((event) => event.globalPosition)).toEqual(positions);
    });
  });
}

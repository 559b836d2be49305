import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { createEventCodecs, NO_STREAM } from '../mechanisms/event-store';
import type { EventStore, NewEvent, StoredEvent } from '../mechanisms/event-store';
import { createMemoryEventStore } from '../mechanisms/event-store/testing';
import type { CliParts } from './command';
import { verifyCommand } from './verify';

const codecs = createEventCodecs([{ type: 'Known', schemaVersion: 1, schema: z.object({ n: z.number() }) }]);
const fact = (type = 'Known', data: object = { n: 1 }): NewEvent => ({
  eventId: randomUUID(),
  type,
  schemaVersion: 1,
  data,
  metadata: {
    occurredAt: '2026-01-02T03:04:05.678Z',
    actor: { kind: 'USER', id: 'usr_1' },
    correlationId: 'c',
    commandId: randomUUID(),
  },
});

let store: EventStore;
beforeEach(async () => {
  store = createMemoryEventStore();
  await store.append('thing-1', NO_STREAM, [fact(), fact()]);
  await store.append('thing-2', NO_STREAM, [fact()]);
});
afterEach(() => store.close());

async function verified(over: Partial<EventStore> = {}, enough = new AbortController().signal): Promise<string[]> {
  const said: string[] = [];
  const parts = {
    print: (text) => void said.push(text),
    printLine: async (text) => void said.push(text),
    visitEvents: (work) => work({ store: { ...store, ...over }, codecs, enough }),
  } as Partial<CliParts> as CliParts;
  await verifyCommand([], parts).catch((error: Error) => said.push(error.message));
  return said;
}
/** The store, with one event of the log told otherwise. */
const told = (index: number, otherwise: (event: StoredEvent) => Partial<StoredEvent>): Pick<EventStore, 'readAll'> => ({
  readAll: async (after, limit) => {
    const log = await store.readAll(0n, 100);
    const changed = log.map((event, at) => (at === index ? { ...event, ...otherwise(event) } : event));
    return changed.filter((_, at) => log[at]!.globalPosition > after).slice(0, limit);
  },
});

it('says that all is whole', async () => {
  expect(await verified()).toEqual(['3 events of 2 streams: whole']);
});

it('says of a log that it did not read to the end that it did not', async () => {
  expect(await verified({}, AbortSignal.abort())).toEqual(['stopped before the end']);
});

it('heeds nothing that came after it had read the log', async () => {
  const readStream: EventStore['readStream'] = async (streamId) => {
    const { version, events } = await store.readStream(streamId);
    return { version, events: [...events, ...events] };
  };
  expect(await verified({ readStream })).toEqual(['3 events of 2 streams: whole']);
});

it('tells a hundred complaints, and how many there are', async () => {
  const unknown = Array.from({ length: 101 }, () => fact('Unknown'));
  await store.append('thing-3', NO_STREAM, unknown);
  const said = await verified();
  expect(said).toHaveLength(101);
  expect(said.at(-1)).toBe('the event store is not whole: 101 complaints about 104 events of 3 streams');
});

it('names what no codec can read', async () => {
  await store.append('thing-3', NO_STREAM, [fact('Unknown')]);
  await store.append('thing-2', 0, [fact('Known', { n: 'one' })]);
  const said = await verified();
  expect(said).toHaveLength(3);
  expect(said[0]).toMatch(/^p1\.mem\w+\.4: cannot read Unknown version 1 of stream thing-3 at position 4/);
  expect(said[1]).toMatch(/cannot read Known .* thing-2 at position 5/);
  expect(said[2]).toBe('the event store is not whole: 2 complaints about 5 events of 3 streams');
});

it('names a hole in the versions of a stream', async () => {
  const said = await verified(told(1, () => ({ streamVersion: 2 })));
  expect(said[0]).toMatch(/: Known, version 2 of thing-1 comes after version 0$/);
});

it('names a position that does not rise', async () => {
  const said = await verified(told(1, () => ({ globalPosition: 1n })));
  expect(said[0]).toMatch(/does not come after position 1$/);
});

it('names a stream whose events are not in their places', async () => {
  const readStream: EventStore['readStream'] = async (streamId) => {
    const { version, events } = await store.readStream(streamId);
    return { version, events: events.reverse() };
  };
  expect(await verified({ readStream })).toEqual([
    'thing-1 has version 1 in the place of 0',
    'the event store is not whole: 1 complaints about 3 events of 2 streams',
  ]);
});

it('names a stream that tells otherwise than the log, and an id that it has twice', async () => {
  const readStream: EventStore['readStream'] = async (streamId) => {
    const { version, events } = await store.readStream(streamId);
    if (streamId === 'thing-2') return { version: NO_STREAM, events: [] };
    return { version, events: events.map((event) => ({ ...event, eventId: events[0]!.eventId })) };
  };
  expect(await verified({ readStream })).toEqual([
    'thing-1 has an event id twice',
    'thing-2 has 0 events, and 1 in the log',
    'the event store is not whole: 2 complaints about 3 events of 2 streams',
  ]);
});

import { randomUUID } from 'node:crypto';
import { PositionExpired } from '../mechanisms/errors';
import { createEventCodecs, formatPosition, NO_STREAM } from '../mechanisms/event-store';
import type { NewEvent } from '../mechanisms/event-store';
import { createMemoryEventStore } from '../mechanisms/event-store/testing';
import type { CliParts } from './command';
import { eventsCommand } from './events';

const fact: NewEvent = {
  eventId: randomUUID(),
  type: 'Known',
  schemaVersion: 1,
  data: {},
  metadata: {
    occurredAt: '2026-01-02T03:04:05.678Z',
    actor: { kind: 'USER', id: 'usr_1' },
    correlationId: 'c',
    commandId: randomUUID(),
  },
};

it('tells what comes after a position, nothing after the last, and refuses one beyond it', async () => {
  const store = createMemoryEventStore();
  const lines: string[] = [];
  const parts = {
    printLine: async (text) => void lines.push(text),
    visitEvents: (work) => work({ store, codecs: createEventCodecs([]), enough: new AbortController().signal }),
  } as Partial<CliParts> as CliParts;
  const { position } = await store.append('thing-1', NO_STREAM, [fact]);
  const after = (n: bigint) => eventsCommand(['--after', formatPosition(store.storeId, n)], parts);

  await after(position - 1n);
  await after(position);
  await expect(after(position + 1n)).rejects.toBeInstanceOf(PositionExpired);
  expect(lines).toHaveLength(1);
  await store.close();
});

it('tells no more to who has had enough', async () => {
  const store = createMemoryEventStore();
  await store.append('thing-1', NO_STREAM, [fact, { ...fact, eventId: randomUUID() }]);
  const enough = new AbortController();
  let told = 0;
  const parts = {
    printLine: async () => {
      told++;
      enough.abort();
    },
    visitEvents: (work) => work({ store, codecs: createEventCodecs([]), enough: enough.signal }),
  } as Partial<CliParts> as CliParts;
  await eventsCommand([], parts);
  expect(told).toBe(1);
  await store.close();
});

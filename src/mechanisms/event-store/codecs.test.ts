import { z } from 'zod';
import { InvalidEvent, UnreadableEvent } from '../errors';
import { codecsOf, createEventCodecs } from './codecs';
import type { EventCodec } from './codecs';
import type { StoredEvent } from './event';
import { recorded } from './testing';

const renamed: EventCodec = {
  type: 'TitleRenamed',
  schemaVersion: 3,
  schema: z.object({ title: z.string(), by: z.string() }),
  upcasters: {
    1: (data) => ({ title: (data as { name: string }).name }),
    2: (data) => ({ ...(data as object), by: 'unknown' }),
  },
};

function stored(over: Partial<StoredEvent>): StoredEvent {
  const [event] = recorded([{ type: 'TitleRenamed', data: {} }], 'title-7');
  return { ...(event as StoredEvent), ...over };
}

describe('event codecs', () => {
  const codecs = createEventCodecs([renamed]);

  it('read every stored version as that of today', () => {
    const versions = [
      { schemaVersion: 1, data: { name: 'Alien' } },
      { schemaVersion: 2, data: { title: 'Alien' } },
      { schemaVersion: 3, data: { title: 'Alien', by: 'usr_1' } },
    ];
    const read = versions.map((version) => codecs.read(stored(version)));
    expect(read.map((event) => event.data)).toEqual([
      { title: 'Alien', by: 'unknown' },
      { title: 'Alien', by: 'unknown' },
      { title: 'Alien', by: 'usr_1' },
    ]);
    expect(read[0]).toMatchObject({ schemaVersion: 3, streamId: 'title-7', streamVersion: 0, globalPosition: 1n });
  });

  it.each<[string, Partial<StoredEvent>]>([
    ['a type that no codec knows', { type: 'TitleBurned', schemaVersion: 3 }],
    ['a version from the future', { schemaVersion: 4, data: { title: 'Alien', by: 'usr_1' } }],
    ['data that does not fit', { schemaVersion: 3, data: { title: 7 } }],
    ['data that an upcaster cannot take', { schemaVersion: 1, data: null as never }],
  ])('tell where %s stands', (_, over) => {
    const event = stored({ ...over, globalPosition: 4711n });
    const read = () => codecs.read(event);
    expect(read).toThrow(UnreadableEvent);
    for (const part of [event.type, `version ${event.schemaVersion}`, 'title-7', '4711']) expect(read).toThrow(part);
  });

  it('know the version to write, and no other types', () => {
    expect(codecs.schemaVersionOf('TitleRenamed')).toBe(3);
    expect(() => codecs.schemaVersionOf('TitleBurned')).toThrow(InvalidEvent);
  });

  it('of facts that never had another form are known by their schemas alone', () => {
    const schema = z.object({ title: z.string() });
    expect(codecsOf({ TitleAdded: schema, TitleBurned: schema })).toEqual([
      { type: 'TitleAdded', schemaVersion: 1, schema },
      { type: 'TitleBurned', schemaVersion: 1, schema },
    ]);
  });

  it('are refused when two claim a type, or an upcaster is missing', () => {
    expect(() => createEventCodecs([renamed, renamed])).toThrow('two codecs');
    expect(() => createEventCodecs([{ ...renamed, upcasters: { 1: (data) => data } }])).toThrow('version 2');
  });
});

import type { z } from 'zod';
import { InvalidEvent, UnreadableEvent } from '../errors';
import type { DomainEvent, Recorded, StoredEvent } from './event';

/** How one event type is read from the store: its schema today, and how older stored versions become it. */
export interface EventCodec {
  type: string;
  /** The version that is written today, from 1. */
  schemaVersion: number;
  schema: z.ZodType<object>;
  /** `upcasters[n]` turns the data of version n into that of version n + 1. */
  upcasters?: Record<number, (data: unknown) => unknown>;
}

/** Codecs of facts that never had another form, from the schemas of their types. */
export function codecsOf(schemas: Record<string, EventCodec['schema']>): EventCodec[] {
  return Object.entries(schemas).map(([type, schema]) => ({ type, schemaVersion: 1, schema }));
}

/** All codecs of the program. */
export interface EventCodecs {
  /** The version to write for a type; throws InvalidEvent for an unknown one. */
  schemaVersionOf(type: string): number;
  /** Checks and upcasts; throws UnreadableEvent with type, version, stream and position. */
  read<Event extends DomainEvent>(event: StoredEvent): Recorded<Event>;
  /** Throws UnreadableEvent for a type or a version that nobody here knows. */
  requireKnown(event: StoredEvent): void;
}

/** Throws at once when two codecs claim a type, or when the chain of upcasters has a hole. */
export function createEventCodecs(codecs: EventCodec[]): EventCodecs {
  const byType = new Map<string, EventCodec>();
  for (const codec of codecs) {
    if (byType.has(codec.type)) throw new Error(`two codecs for ${codec.type}`);
    requireWholeChain(codec);
    byType.set(codec.type, codec);
  }
  function codecOf(event: StoredEvent): EventCodec {
    const codec = byType.get(event.type);
    if (!codec) throw unreadable(event, 'no codec knows the type');
    if (event.schemaVersion <= codec.schemaVersion) return codec;
    throw unreadable(event, `the newest known version is ${codec.schemaVersion}`);
  }
  return {
    requireKnown: (event) => void codecOf(event),
    schemaVersionOf(type) {
      const codec = byType.get(type);
      if (!codec) throw new InvalidEvent(`no codec for the event type ${type}`);
      return codec.schemaVersion;
    },
    read<Event extends DomainEvent>(event: StoredEvent) {
      const codec = codecOf(event);
      const read = { ...event, data: decode(codec, event), schemaVersion: codec.schemaVersion };
      return read as unknown as Recorded<Event>; // the codec's schema is the proof
    },
  };
}

function requireWholeChain({ type, schemaVersion, upcasters = {} }: EventCodec): void {
  for (let version = 1; version < schemaVersion; version++) {
    if (!upcasters[version]) throw new Error(`no upcaster from version ${version} of ${type}`);
  }
}

function decode(codec: EventCodec, event: StoredEvent): object {
  let data: unknown = event.data;
  try {
    for (let version = event.schemaVersion; version < codec.schemaVersion; version++) {
      data = codec.upcasters?.[version]?.(data);
    }
  } catch (error) {
    throw unreadable(event, 'its upcaster failed', error);
  }
  const parsed = codec.schema.safeParse(data);
  if (!parsed.success) throw unreadable(event, 'its data does not fit the schema', parsed.error);
  return parsed.data;
}

function unreadable(event: StoredEvent, why: string, cause?: unknown): UnreadableEvent {
  const { type, schemaVersion, streamId, globalPosition } = event;
  return new UnreadableEvent(
    `cannot read ${type} version ${schemaVersion} of stream ${streamId} at position ${globalPosition}: ${why}`,
    { cause },
  );
}

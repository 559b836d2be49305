import type { z } from 'zod';
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

/** All codecs of the program. */
export interface EventCodecs {
  /** The version to write for a type; throws InvalidEvent for an unknown one. */
  schemaVersionOf(type: string): number;
  /** Checks and upcasts; throws UnreadableEvent with type, version, stream and position. */
  read<Event extends DomainEvent>(event: StoredEvent): Recorded<Event>;
}

export declare function createEventCodecs(codecs: EventCodec[]): EventCodecs;

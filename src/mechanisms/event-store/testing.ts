import { readFileSync } from 'node:fs';
import { MediaNestError } from '../errors';
import { createEventCodecs } from './codecs';
import type { EventCodec } from './codecs';
import type { Decided, Decider } from './decider';
import type { DomainEvent, EventMetadata, Recorded, StoredEvent } from './event';

export { createMemoryEventStore } from './memory';
export { createPostgresEventStore } from './postgres';

const METADATA: EventMetadata = {
  occurredAt: '2026-01-02T03:04:05.678Z',
  actor: { kind: 'USER', id: 'usr_test' },
  correlationId: 'correlation',
  commandId: '00000000-0000-4000-8000-000000000000',
};

/** A fact of the past: its envelope may be left out, wholly or in part. */
export type Past<Event extends DomainEvent> = Event & { metadata?: Partial<EventMetadata> };

/** The facts of one stream as a fold gets them: versions from 0, positions from 1. */
export function recorded<Event extends DomainEvent>(events: Past<Event>[], streamId = 'test-1'): Recorded<Event>[] {
  return events.map((event, index) => {
    const envelope = {
      eventId: `00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`,
      schemaVersion: 1,
      streamId,
      streamVersion: index,
      globalPosition: BigInt(index + 1),
      metadata: { ...METADATA, ...event.metadata },
    };
    const recordedAt = new Date(envelope.metadata.occurredAt);
    return { ...event, ...envelope, recordedAt } as unknown as Recorded<Event>;
  });
}

export interface DecisionExpectation<State, Event extends DomainEvent> {
  then(events: Decided<Event>[]): void;
  thenNothing(): void;
  /** Refused with an error of this code. */
  thenThrows(code: string): void;
  /** Looks at the state after the decided events. */
  thenState(look: (state: State) => void): void;
}

/**
 * `given(decider, facts).when(command).then(facts)`: what a decider promises, as a sentence. The decided facts get the envelope of the
 * last given one (its time, its actor), or the one given to `when`.
 */
export function given<State, Command, Event extends DomainEvent>(
  decider: Decider<State, Command, Event>,
  past: Past<Event>[] = [],
) {
  const fold = (events: Past<Event>[]) =>
    recorded(events).reduce((state, event) => decider.evolve(state, event), decider.initialState);
  return {
    when(command: Command, metadata = past.at(-1)?.metadata): DecisionExpectation<State, Event> {
      const decide = () => decider.decide(command, fold(past));
      return {
        then: (events) => expect(decide()).toEqual(events),
        thenNothing: () => expect(decide()).toEqual([]),
        thenThrows: (code) => expect(codeThrownBy(decide)).toBe(code),
        thenState: (look) => look(fold([...past, ...decide().map((event) => withEnvelope(event, metadata))])),
      };
    },
  };
}

function withEnvelope<Event extends DomainEvent>(
  { actor, ...event }: Decided<Event>,
  metadata?: Partial<EventMetadata>,
) {
  return { ...event, metadata: { ...metadata, ...(actor && { actor }) } } as unknown as Past<Event>;
}

function codeThrownBy(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof MediaNestError) return error.code;
    throw error;
  }
  return 'nothing was thrown';
}

interface GoldenEvent {
  type: string;
  schemaVersion: number;
  data: object;
}

/**
 * Holds the codecs of an aggregate to its golden file: a list of `{ type, schemaVersion, data }` with a sample of every version that was
 * ever stored. All must still read, and those of today's version must come back as they are. Entries are added by hand, never changed.
 */
export function expectGolden(codecs: EventCodec[], path: string): void {
  const golden = JSON.parse(readFileSync(path, 'utf8')) as GoldenEvent[];
  const reader = createEventCodecs(codecs);
  for (const sample of golden) {
    const stored = { ...recorded([sample]).at(0), ...sample } as StoredEvent;
    const read = reader.read(stored);
    if (read.schemaVersion === sample.schemaVersion) expect(read.data).toEqual(sample.data);
  }
  const versions = codecs.flatMap(({ type, schemaVersion }) =>
    Array.from({ length: schemaVersion }, (_, before) => `${type} version ${before + 1}`),
  );
  const present = new Set(golden.map(({ type, schemaVersion }) => `${type} version ${schemaVersion}`));
  expect({ missingIn: path, versions: versions.filter((version) => !present.has(version)) }).toEqual({
    missingIn: path,
    versions: [],
  });
}

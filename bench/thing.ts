import { randomUUID } from 'node:crypto';
import { NO_STREAM } from '../src/mechanisms/event-store';
import type { EventStore, NewEvent } from '../src/mechanisms/event-store';

export const EVENTS_PER_STREAM = 10;
/** Of a stream that is loaded. */
export const EVENTS_LOADED = 100;

/** About 300 bytes of data and metadata. */
export function makeEvent(): NewEvent {
  return {
    eventId: randomUUID(),
    type: 'ThingHappened',
    schemaVersion: 1,
    data: { title: 'A film about a thing that happened', tmdbId: 550, quality: 'STANDARD' },
    metadata: {
      occurredAt: new Date().toISOString(),
      actor: { kind: 'USER', id: 'usr_ben' },
      correlationId: randomUUID(),
      commandId: randomUUID(),
    },
  };
}

/** A writer's next append, of one event, to streams of ten. */
export function writerOf(store: EventStore) {
  return () => {
    let streamId = '';
    let version = EVENTS_PER_STREAM - 1;
    return async () => {
      if (version === EVENTS_PER_STREAM - 1) [streamId, version] = [`thing-${randomUUID()}`, NO_STREAM];
      ({ version } = await store.append(streamId, version, [makeEvent()]));
    };
  };
}

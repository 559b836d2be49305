import type { JSONEventData, ResolvedEvent } from '@eventstore/db-client';
import type { EventMetadata, StoredEvent } from '../event';
import type { WrittenEvent } from '../written-event';

export type Resolved = Pick<ResolvedEvent, 'event'>;

/** What stands beside the data: the store has no other place for it. */
interface Envelope {
  schemaVersion: number;
  /** The append that stored it: who repeats one finds the mark of the first. */
  append: string;
  metadata: EventMetadata;
}

/** As the client takes it. The data went through JSON already, so that its own pass can neither fail, which would hang, nor change it. */
export function toProposed(
  { eventId, type, schemaVersion, data, metadata }: WrittenEvent,
  append: string,
): JSONEventData {
  const envelope: Envelope = { schemaVersion, append, metadata: JSON.parse(metadata) as EventMetadata };
  return {
    id: eventId,
    contentType: 'application/json',
    type,
    data: JSON.parse(data) as object,
    metadata: envelope,
  } as unknown as JSONEventData;
}

/** Ours, or null for one of the server's own. */
export function toStoredEvent({ event }: Resolved): StoredEvent | null {
  if (!event || event.type.startsWith('$')) return null;
  const { commit, prepare } = event.position ?? { commit: -1n, prepare: -2n };
  // One number tells the place only because every event has a commit of its own.
  if (commit !== prepare)
    throw new Error(`event ${event.id} has commit ${commit} and prepare ${prepare}: unknown form of log`);
  // What somebody else wrote has no envelope: version 0 is read by no codec.
  const { schemaVersion = 0, metadata = {} } = (event.metadata ?? {}) as Partial<Envelope>;
  return {
    eventId: event.id,
    type: event.type,
    schemaVersion,
    data: event.data as object,
    metadata: metadata as EventMetadata,
    streamId: event.streamId,
    streamVersion: Number(event.revision),
    globalPosition: commit,
    recordedAt: event.created,
  };
}

/** The mark of the append that stored it. */
export function markOf({ event }: Resolved): string | undefined {
  return (event?.metadata as Partial<Envelope> | undefined)?.append;
}

export type ActorKind = 'USER' | 'API_TOKEN' | 'POLICY' | 'UPSTREAM' | 'OPERATOR_CLI';

/** Who did it. `id` is ours (`usr_…`, a policy's name, a connection's id); names are never stored. */
export interface Actor {
  kind: ActorKind;
  id: string;
  onBehalfOf?: string;
}

/** What stands in every event beside its facts (DOMAIN.md 1.2). */
export interface EventMetadata {
  /** ISO 8601 UTC with milliseconds: when it happened, by the clock of the command. */
  occurredAt: string;
  actor: Actor;
  correlationId: string;
  /** The event or command that this one follows from. */
  causationId?: string;
  commandId: string;
  client?: { tokenId?: string; name?: string };
}

/** What deciders speak: a fact, without its envelope. */
export interface DomainEvent {
  type: string;
  data: object;
}

/** What is appended. */
export interface NewEvent extends DomainEvent {
  /** A UUID, derived from the command (`uuidv5(commandId, streamId + index)`), so that a repeat is harmless. */
  eventId: string;
  schemaVersion: number;
  metadata: EventMetadata;
}

/** What the store gives back. `data` is as stored: not yet checked nor upcast. */
export interface StoredEvent extends NewEvent {
  streamId: string;
  /** From 0. */
  streamVersion: number;
  /** Its place in the order of all events. Positions have holes. */
  globalPosition: bigint;
  recordedAt: Date;
}

/** A stored event whose data was read by its codec: a union over the feature's events that narrows by `type`. */
export type Recorded<Event extends DomainEvent> = Event extends DomainEvent
  ? Omit<StoredEvent, 'type' | 'data'> & Event
  : never;

import type { Actor, EventMetadata } from './event';

/** Who asks, and what ties the events to their cause. */
export interface CommandContext {
  /** A UUID: the events' ids are derived from it. */
  commandId: string;
  actor: Actor;
  /** When it happens; deciders take time from the command, so `occurredAt` is this. */
  now: Date;
  correlationId: string;
  causationId?: string;
  client?: EventMetadata['client'];
}

import type { Decider } from './decider';
import type { Actor, DomainEvent, EventMetadata, Recorded } from './event';
import type { EventCodecs } from './codecs';
import type { EventStore } from './event-store';

/** Who asks, and what ties the events to their cause. */
export interface CommandContext {
  commandId: string;
  actor: Actor;
  /** When it happens; deciders take time from the command, so `occurredAt` is this. */
  now: Date;
  correlationId: string;
  causationId?: string;
  client?: EventMetadata['client'];
}

export interface CommandOutcome<State, Event extends DomainEvent> {
  /** The state after the command. */
  state: State;
  /** What the command recorded: now, or the first time when `repeated`. */
  events: Recorded<Event>[];
  /** Version of the stream that the answer is based on. */
  version: number;
  /** Position of the last event of the stream; null when the stream does not exist. */
  position: bigint | null;
  /** True: the events were already there. Whoever acts on the world must reload and decide again. */
  repeated: boolean;
}

export interface CommandHandlerParts {
  store: EventStore;
  codecs: EventCodecs;
}

/** Load, decide, append; a conflict loads and decides again (bounded, with jitter). The commandId is looked for before any decision. */
export interface CommandHandler {
  handle<State, Command, Event extends DomainEvent>(
    target: { streamId: string; decider: Decider<State, Command, Event> },
    command: Command,
    context: CommandContext,
  ): Promise<CommandOutcome<State, Event>>;
  /** The state of a stream now. */
  load<State, Event extends DomainEvent>(
    streamId: string,
    decider: Pick<Decider<State, never, Event>, 'initialState' | 'evolve'>,
  ): Promise<{ state: State; version: number; position: bigint | null; events: Recorded<Event>[] }>;
}

export declare function createCommandHandler(parts: CommandHandlerParts): CommandHandler;

/** `uuidv5(NS, parts joined)`: the id of a command from what makes it unique. */
export declare function deriveCommandId(...parts: string[]): string;

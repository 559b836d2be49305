import { setTimeout as pause } from 'node:timers/promises';
import { v5 as uuidv5 } from 'uuid';
import { ConcurrencyConflict, EventStoreUnavailable, Overloaded, UnknownOutcome } from '../errors';
import type { EventCodecs } from './codecs';
import type { Decider } from './decider';
import type { CommandContext } from './command-context';
import type { DomainEvent, Recorded } from './event';
import type { EventStore } from './event-store';
import { createKeyedQueue } from './keyed-queue';
import { asRecorded, toNewEvents } from './recording';

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

const MAX_TRIES = 30;
const FIRST_PAUSE_MS = 2;
const MAX_PAUSE_MS = 250;
/** Namespace of derived command ids. Never change it: repeats are recognised by it. */
const COMMANDS = '5b0f6c1e-93a7-4c52-8a7e-2f4d1c9be0a3';

type Fold<State, Event extends DomainEvent> = Pick<Decider<State, never, Event>, 'initialState' | 'evolve'>;
type Target<State, Command, Event extends DomainEvent> = { streamId: string; decider: Decider<State, Command, Event> };

export function createCommandHandler({ store, codecs }: CommandHandlerParts): CommandHandler {
  // Commands of one stream wait for each other here instead of losing races in the store; other processes still can.
  const inTurn = createKeyedQueue();

  async function load<State, Event extends DomainEvent>(streamId: string, fold: Fold<State, Event>) {
    const slice = await store.readStream(streamId);
    const events = slice.events.map((event) => codecs.read<Event>(event));
    const state = evolveOver(fold, fold.initialState, events);
    return { state, events, version: slice.version, position: events.at(-1)?.globalPosition ?? null };
  }

  async function attempt<State, Command, Event extends DomainEvent>(
    { streamId, decider }: Target<State, Command, Event>,
    command: Command,
    context: CommandContext,
  ): Promise<CommandOutcome<State, Event>> {
    const loaded = await load(streamId, decider);
    const earlier = loaded.events.filter((event) => event.metadata.commandId === context.commandId);
    if (earlier.length > 0) return { ...loaded, events: earlier, repeated: true };

    const decided = decider.decide(command, loaded.state);
    if (decided.length === 0) return { ...loaded, events: [], repeated: false };

    const written = toNewEvents(decided, { codecs, streamId, context });
    const place = asRecorded<Event>(written, { codecs, streamId, after: loaded.version });
    const appended = await store.append(streamId, loaded.version, written);
    // The same command was recorded since the load, by another process: its events are the answer, so load them.
    if (appended.repeated) throw new ConcurrencyConflict(streamId, loaded.version, appended.version);
    const events = place(appended);
    const state = evolveOver(decider, loaded.state, events);
    return { state, events, version: appended.version, position: appended.position, repeated: false };
  }

  return {
    load,
    handle: (target, command, context) =>
      inTurn(target.streamId, () => untilSettled(() => attempt(target, command, context))),
  };
}

/** Tries anew after a conflict, and once after an unknown outcome, which the next load or append clears up. */
async function untilSettled<Outcome>(attempt: () => Promise<Outcome>): Promise<Outcome> {
  let doubt: UnknownOutcome | undefined;
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      // With the store away or overloaded after an append that may be there, "nothing was written" would be a lie.
      if (doubt && (error instanceof EventStoreUnavailable || error instanceof Overloaded)) throw doubt;
      const again = error instanceof ConcurrencyConflict || (error instanceof UnknownOutcome && !doubt);
      if (!again || tries === MAX_TRIES) throw error;
      if (error instanceof UnknownOutcome) doubt = error;
    }
    await pause(Math.random() * Math.min(FIRST_PAUSE_MS * 2 ** tries, MAX_PAUSE_MS));
  }
}

function evolveOver<State, Event extends DomainEvent>(
  fold: Fold<State, Event>,
  state: State,
  events: Recorded<Event>[],
): State {
  return events.reduce((before, event) => fold.evolve(before, event), state);
}

/** `uuidv5(NS, parts joined)`: the id of a command from what makes it unique. */
export function deriveCommandId(...parts: string[]): string {
  return uuidv5(JSON.stringify(parts), COMMANDS); // JSON: ('a', 'bc') and ('ab', 'c') are not the same
}

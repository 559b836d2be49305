import type { Actor, DomainEvent, Recorded } from './event';

/** A decided fact; with an actor of its own where a policy did it and not who gave the command. */
export type Decided<Event extends DomainEvent> = Event & { actor?: Actor };

/** The pure heart of an aggregate. `decide` throws a DomainError to refuse; no events means "nothing changed". */
export interface Decider<State, Command, Event extends DomainEvent> {
  initialState: State;
  decide(command: Command, state: State): Decided<Event>[];
  evolve(state: State, event: Recorded<Event>): State;
}

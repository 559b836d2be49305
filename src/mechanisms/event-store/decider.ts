import type { DomainEvent, Recorded } from './event';

/** The pure heart of an aggregate. `decide` throws a DomainError to refuse; no events means "nothing changed". */
export interface Decider<State, Command, Event extends DomainEvent> {
  initialState: State;
  decide(command: Command, state: State): Event[];
  evolve(state: State, event: Recorded<Event>): State;
}

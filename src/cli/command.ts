import type { GraphQLSchema } from 'graphql';
import type { EventCodecs, EventStore } from '../mechanisms/event-store';
import type { ProjectionStatus, Rebuild } from '../mechanisms/projections';

/** What the commands are handed. */
export interface CliParts {
  print(text: string): void;
  /** Prints a line of many: resolves when the reader has room for the next. */
  printLine(text: string): Promise<void>;
  /** Prints what the next such text takes the place of; nothing where nobody watches. An empty one takes the last away. */
  printOver(text: string): void;
  /** Serves as many processes, until told to stop. */
  stack(): Promise<void>;
  /** An access token of an account; throws NotFound for an unknown one. */
  issueToken(wanted: { account: string; ttlMs: number }): Promise<string>;
  /** How the account stands after the change. Throws NotFound, and Conflict for the last admin. */
  changeAccount(name: string, change: AccountChange): Promise<{ suspended: boolean; role: string }>;
  /** The API of production, or of demo mode. */
  schema(demo: boolean): Promise<GraphQLSchema>;
  /** A freshly migrated database, in words. */
  catalogue(): Promise<string>;
  /** How all of them stand. */
  listProjections(): Promise<ProjectionStatus[]>;
  /** Lets projections try again that stopped or parked streams, or the one of this name; answers which. */
  retryProjections(name?: string): Promise<string[]>;
  /**
   * Wants the rows of a projection made anew, by the processes that serve, and lets the work look how far that is. Throws StartupError for one that is not there or
   * has no rows.
   */
  visitRebuild(name: string, work: (visit: RebuildVisit) => Promise<void>): Promise<void>;
  /** The event store of the settings, while the work takes; beside a server that runs, or without one. */
  visitEvents(work: (visit: Visit) => Promise<void>): Promise<void>;
}

export interface Visit {
  store: EventStore;
  codecs: EventCodecs;
  /** Aborts when the user, or who reads what is printed, has had enough. */
  enough: AbortSignal;
}

export interface RebuildVisit {
  /** Null: the new rows are in place. */
  look(): Promise<Rebuild | null>;
  /** Aborts when the user has had enough of looking. */
  enough: AbortSignal;
}

export const ACCOUNT_ROLES = ['ADMIN', 'DECIDER', 'FRIEND'] as const;
export type AccountChange =
  { kind: 'SUSPEND' } | { kind: 'REINSTATE' } | { kind: 'ROLE'; role: (typeof ACCOUNT_ROLES)[number] };

/** One word of the command line, with the words after it. */
export type Command = (words: string[], parts: CliParts) => Promise<void>;

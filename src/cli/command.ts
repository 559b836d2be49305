import type { GraphQLSchema } from 'graphql';

/** What the commands are handed. */
export interface CliParts {
  print(text: string): void;
  /** An access token of an account; throws NotFound for an unknown one. */
  issueToken(wanted: { account: string; ttlMs: number }): Promise<string>;
  /** The API of production, or of demo mode. */
  schema(demo: boolean): Promise<GraphQLSchema>;
  /** A freshly migrated database, in words. */
  catalogue(): Promise<string>;
}

/** One word of the command line, with the words after it. */
export type Command = (words: string[], parts: CliParts) => Promise<void>;

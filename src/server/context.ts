import type { LoaderScope } from '../mechanisms/batching';

export type Role = 'ADMIN' | 'DECIDER' | 'FRIEND';

/** Who asks, as the bearer token says; nothing else of a request selects the user. */
export interface Viewer {
  accountId: string;
  role: Role;
  /** What the token allows, of what the account may do now. */
  scopes: ReadonlySet<string>;
  /** When the token ends; an open socket closes then. */
  expiresAt: Date;
}

/** What a resolver gets. A subscription gets one for the subscribe and a fresh one for every event. */
export interface OperationContext {
  /** Null only in operations that are open to everybody (`signIn`). */
  viewer: Viewer | null;
  loaders: LoaderScope;
  /** Ties log lines, events and the answer of one operation together. */
  correlationId: string;
  /** Where the request came from, when that counts: nobody is signed in. */
  address?: string;
}

/** Checks a bearer token. Null: none or not valid (any more). */
export type Authenticate = (token: string | undefined) => Promise<Viewer | null>;

import type { Scope } from './scope';

/** PUBLIC: everybody. SIGNED_IN: any valid token. A scope: a token that allows it. */
export type Access = 'PUBLIC' | 'SIGNED_IN' | Scope;

/**
 * Who may see what, one entry each: `Query.me` for every root field, `MediaRequest` for every object and interface type,
 * `Account.name` where one field differs from its type. What has no entry is refused, and stops the start.
 */
export type AccessMap = Readonly<Record<string, Access>>;

/** The entries of the types that this mechanism brings. Problems are public: a failed sign-in is answered with one. */
export const graphqlAccess: AccessMap = {
  'Query.node': 'SIGNED_IN',
  'Query.nodes': 'SIGNED_IN',
  Node: 'SIGNED_IN',
  PageInfo: 'SIGNED_IN',
  Problem: 'PUBLIC',
  InvalidInput: 'PUBLIC',
  Forbidden: 'PUBLIC',
  NotFound: 'PUBLIC',
  Conflict: 'PUBLIC',
  IdempotencyKeyReused: 'PUBLIC',
};

/** Does a viewer with these scopes (null: nobody signed in) pass this entry? */
export function allows(access: Access, scopes: ReadonlySet<string> | null): boolean {
  if (access === 'PUBLIC') return true;
  if (!scopes) return false;
  return access === 'SIGNED_IN' || scopes.has(access);
}

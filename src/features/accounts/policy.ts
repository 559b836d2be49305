import type { AccessMap } from '../../mechanisms/graphql';

/** A sign-in is answered before anybody is signed in, with the account's own name and nothing else of it. */
export const accountsAccess: AccessMap = {
  'Query.me': 'SIGNED_IN',
  'Mutation.signIn': 'PUBLIC',
  SignInPayload: 'PUBLIC',
  Session: 'PUBLIC',
  Account: 'SIGNED_IN',
  'Account.id': 'PUBLIC',
  'Account.name': 'PUBLIC',
  'Account.role': 'PUBLIC',
};

import type { Session } from './session';
import { ask, bearer, SignInFailed } from './session';

/** Those who may ask here: who signed in, and for the admin of the demo the friends too. */
export interface People {
  /** Who signed in comes first. */
  names: string[];
  tokenOf(name: string): Promise<string>;
  /** Another one, for the last was refused. Who signed in has but one. */
  renew(name: string): Promise<string>;
}

const FRIENDS = ['Ben', 'Cleo'];
const key = (name: string): string => `medianest.token.${name}`;

interface Answer {
  demoSignIn: { session: { accessToken: string } | null; problems: { message: string }[] };
}

export function peopleOf({ token, account, rootFields }: Session): People {
  const friends = rootFields.has('demoSignIn') && account.role === 'ADMIN' ? FRIENDS : [];

  async function signIn(name: string): Promise<string> {
    const query =
      'mutation ($name: String!) { demoSignIn(name: $name) { session { accessToken } problems { message } } }';
    const variables = { name: name.toLowerCase() };
    const { data, errors } = await ask<Answer>({ query, variables }, bearer(token));
    const fresh = data?.demoSignIn.session?.accessToken;
    if (fresh === undefined) throw new SignInFailed(data?.demoSignIn.problems[0]?.message ?? errors?.[0]?.message);
    sessionStorage.setItem(key(name), fresh);
    return fresh;
  }

  return {
    names: [account.name, ...friends.filter((name) => name !== account.name)],
    tokenOf: async (name) => (name === account.name ? token : (sessionStorage.getItem(key(name)) ?? signIn(name))),
    renew: async (name) => (name === account.name ? token : signIn(name)),
  };
}

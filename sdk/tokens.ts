/** A token, or what gives a fresh one whenever the last was refused. */
export type Token = string | (() => string | Promise<string>);

export interface Tokens {
  /** The token to use now. Throws what the function that gives tokens throws. */
  current(): Promise<string | undefined>;
  /** That one was refused. False: there is no other. */
  renew(refused: string | undefined): Promise<boolean>;
}

export function createTokens(token: Token | undefined): Tokens {
  if (typeof token !== 'function')
    return { current: () => Promise.resolve(token), renew: () => Promise.resolve(false) };
  let latest: Promise<string> | undefined; // also while it is under way: all who wait want the same one
  const current = (): Promise<string> => {
    latest ??= fresh();
    return latest;
  };
  const fresh = async (): Promise<string> => {
    try {
      return await token();
    } catch (error) {
      latest = undefined;
      throw error;
    }
  };
  return {
    current,
    async renew(refused) {
      const asked = latest;
      if (asked && (await asked) === refused && latest === asked) latest = undefined;
      return (await current()) !== refused;
    },
  };
}

import { NotFound } from '../../mechanisms/errors';
import type { CommandHandler } from '../../mechanisms/event-store';
import type { NodeFetcher, ResolverMount } from '../../mechanisms/graphql';
import type { Queryable } from '../../mechanisms/postgres';
import type { Authenticate, OperationContext } from '../../server/context';
import type { Account, Member, Session } from './account';
import type { AccountChange } from './commands';
import { createAccountCommands, createSignInCodes, createTokenCommands } from './commands';
import { accountCodecs } from './event-codecs';
import type { AccountDirectory } from './loaders';
import { createAccountDirectory, createStandings, createTokenVerification } from './loaders';
import { accountsAccess } from './policy';
import { AccountResolver } from './resolvers';

export { accountCodecs };
export type { Account, Member } from './account';
export type { AccountChange } from './commands';

export interface AccountsParts {
  database: Queryable;
  handler: CommandHandler;
  /** Of the tokens: 32 random bytes of this installation. */
  key: Uint8Array;
  members: readonly Member[];
  clock: () => Date;
}

/** Who may use this server, and how they prove who they are. */
export function createAccountsFeature({ database, handler, key, members, clock }: AccountsParts) {
  const directory = createAccountDirectory(members);
  const tokens = createTokenCommands({ key, clock });
  const codes = createSignInCodes({ database, directory });
  const { standing } = createAccountCommands({ handler, directory, clock });
  const standings = createStandings(standing);
  const authenticate: Authenticate = createTokenVerification({ key, directory, standings, clock });

  const signIn = async (code: string): Promise<Session> => tokens.openSession(await codes.redeem(code));
  const resolvers: ResolverMount[] = [[AccountResolver, new AccountResolver({ byId: directory.byId, signIn })]];
  const nodeFetchers: NodeFetcher<OperationContext>[] = [
    { prefix: 'usr_', type: 'Account', load: (id, context) => Promise.resolve(visible(id, context)) },
  ];

  function visible(id: string, { viewer }: OperationContext): Account | null {
    const isTheirs = viewer?.accountId === id;
    return ((isTheirs || viewer?.scopes.has('REQUESTS_DECIDE')) && directory.byId(id)) || null;
  }

  return {
    resolvers,
    access: accountsAccess,
    nodeFetchers,
    authenticate,
    directory,
    /** A code that signs the first admin in. */
    async issueAdminCode(): Promise<string> {
      const admin = members.find(({ role }) => role === 'ADMIN');
      if (!admin) throw new NotFound('no account of this server is an admin');
      return codes.issue(named(directory, admin.name));
    },
    /** A session of this account, without a code: who calls it has decided that the caller may. */
    signInAs: async (name: string): Promise<Session> => tokens.openSession(named(directory, name)),
  };
}
export type AccountsFeature = ReturnType<typeof createAccountsFeature>;

/** What an operator decides about an account of this name. Throws NotFound, and Conflict for the last admin. */
export function createAccountChanger({
  handler,
  members,
  clock,
}: Pick<AccountsParts, 'handler' | 'members' | 'clock'>) {
  const directory = createAccountDirectory(members);
  const commands = createAccountCommands({ handler, directory, clock });
  return async (name: string, change: AccountChange) => commands.change(named(directory, name), change);
}

/** Tokens for scripts, issued by who holds the key: the command line on the same machine. */
export function createTokenIssuer({ members, key, clock }: Pick<AccountsParts, 'members' | 'key' | 'clock'>) {
  const directory = createAccountDirectory(members);
  const tokens = createTokenCommands({ key, clock });
  return async (name: string, ttlMs: number): Promise<string> =>
    (await tokens.issue(named(directory, name), ttlMs)).accessToken;
}

function named(directory: AccountDirectory, name: string): Account {
  const account = directory.byName(name);
  if (!account) throw new NotFound(`there is no account "${name}"`);
  return account;
}

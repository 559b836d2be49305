import { StartupError } from '../mechanisms/errors';
import type { AccountChange, Command } from './command';
import { ACCOUNT_ROLES } from './command';

const USAGE = 'medianest account suspend|resume <name>, or medianest account role <name> admin|decider|friend';

function changeOf(verb: string | undefined, word: string | undefined): AccountChange | undefined {
  if (verb === 'suspend' && word === undefined) return { kind: 'SUSPEND' };
  if (verb === 'resume' && word === undefined) return { kind: 'REINSTATE' };
  const role = ACCOUNT_ROLES.find((one) => one.toLowerCase() === word?.toLowerCase());
  return verb === 'role' && role ? { kind: 'ROLE', role } : undefined;
}

/** Servers that run hear of it within seconds, and end what the account may not see any more. */
export const accountCommand: Command = async ([verb, name, word, ...more], { print, changeAccount }) => {
  const change = changeOf(verb, word);
  if (!name || !change || more.length > 0) throw new StartupError(USAGE);
  const { suspended, role } = await changeAccount(name, change);
  print(`${name}: ${role}${suspended ? ', suspended' : ''}`);
};

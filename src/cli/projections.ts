import { StartupError } from '../mechanisms/errors';
import type { Command } from './command';

export const PROJECTIONS_USAGE = 'medianest projections retry [<name>]';

/** Lets projections that stopped try again, without a restart of who keeps them going. */
export const projectionsCommand: Command = async ([action, name, ...rest], { print, retryProjections }) => {
  if (action !== 'retry' || rest.length > 0) throw new StartupError(PROJECTIONS_USAGE);
  const retried = await retryProjections(name);
  if (name !== undefined && retried.length === 0) throw new StartupError(`no projection "${name}" is stopped`);
  print(retried.length > 0 ? `tries again: ${retried.join(', ')}` : 'none is stopped');
};

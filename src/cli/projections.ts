import { StartupError } from '../mechanisms/errors';
import type { ProjectionStatus } from '../mechanisms/projections';
import type { Command } from './command';

export const PROJECTIONS_USAGE = 'medianest projections [retry [<name>]]';

/** Tells how projections stand, or lets those try again that stopped or parked streams, without a restart of who keeps them going. */
export const projectionsCommand: Command = async ([action, name, ...rest], parts) => {
  const { print, listProjections, retryProjections } = parts;
  if (action === undefined) return (await listProjections()).flatMap(linesOf).forEach((line) => print(line));
  if (action !== 'retry' || rest.length > 0) throw new StartupError(PROJECTIONS_USAGE);
  const retried = await retryProjections(name);
  if (name !== undefined && retried.length === 0) {
    throw new StartupError(`no projection "${name}" is stopped, or has parked a stream`);
  }
  print(retried.length > 0 ? `tries again: ${retried.join(', ')}` : 'none is stopped, and no stream is parked');
};

/** One for the projection, and one for each thing that is wrong with it. */
function linesOf({ name, state, position, lagMs, error, parkedStreams, rebuild }: ProjectionStatus): string[] {
  const lag = lagMs === null ? 'nobody knows how far behind' : `${lagMs} ms behind`;
  return [
    `${name.padEnd(20)} ${state.padEnd(11)} at ${position}, ${lag}`,
    ...(error ? [`  ${error}`] : []),
    ...(rebuild?.error ? [`  rebuild: ${rebuild.error}`] : []),
    ...parkedStreams.map((stream) => `  parked: ${stream.error}`),
  ];
}

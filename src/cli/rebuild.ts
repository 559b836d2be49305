import { StartupError, unknownForNow } from '../mechanisms/errors';
import type { Command, RebuildVisit } from './command';

export const REBUILD_USAGE = 'medianest rebuild <projection>';

const LOOK_MS = 500;
/** Who leads begins within a second, and then moves on several times a second until the indexes are made. */
const PATIENCE_MS = 15_000;
/** A database that is started again is back by then. */
const AWAY_MS = 60_000;
const BAR_WIDTH = 30;

/** Has the rows of a projection made anew, and tells how far that is: it goes on without us. */
export const rebuildCommand: Command = async ([name, ...rest], { print, printOver, visitRebuild }) => {
  if (name === undefined || rest.length > 0) throw new StartupError(REBUILD_USAGE);
  await visitRebuild(name, async ({ look, enough }) => {
    let moved = { to: -1n, at: Date.now() };
    const progress = createProgress();
    const lookPatiently = createPatience(look, () => {
      printOver('');
      print('the database does not answer; the rebuild goes on when it is back');
    });
    for (; !enough.aborted; await new Promise((resolve) => setTimeout(resolve, LOOK_MS))) {
      const found = await lookPatiently();
      if (!found) {
        moved.at = Date.now(); // nobody can work on it
        continue;
      }
      const { rebuild } = found;
      if (rebuild?.error)
        throw new StartupError(`the rebuild stopped, and what was there is read on: ${rebuild.error}`);
      printOver(rebuild ? progress(rebuild.share) : '');
      if (!rebuild) return print(`${name} is rebuilt`);
      if (rebuild.position !== moved.to) moved = { to: rebuild.position, at: Date.now() };
      if (rebuild.share < 1 && Date.now() - moved.at > PATIENCE_MS) {
        return print('wanted, but nobody works on it: it goes on when a process with the role projector runs');
      }
    }
    printOver('');
    print('it goes on without us; `medianest rebuild` looks again');
  });
};

/** Looks; null while the database is away, which is no end of a rebuild, and told once. */
function createPatience(look: RebuildVisit['look'], tell: () => void) {
  let awaySince: number | undefined;
  return async () => {
    try {
      const rebuild = await look();
      awaySince = undefined;
      return { rebuild };
    } catch (error) {
      const unknown = unknownForNow(error);
      if (awaySince === undefined) tell();
      awaySince ??= Date.now();
      if (Date.now() - awaySince > AWAY_MS) throw error;
      return unknown;
    }
  };
}

/** A bar with what is left at the pace since the first look. */
function createProgress(): (share: number) => string {
  let first: { share: number; at: number } | undefined;
  return (share) => {
    const at = Date.now();
    first ??= { share, at };
    const filled = Math.floor(share * BAR_WIDTH);
    const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${Math.floor(share * 100)} %`;
    if (share === 1) return `${bar}, indexes and swap`;
    if (share <= first.share) return bar;
    return `${bar}, ${Math.ceil((((1 - share) / (share - first.share)) * (at - first.at)) / 1_000)} s left`;
  };
}

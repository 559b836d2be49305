import { readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartupError } from '../errors';

/** What postmaster.pid says. `status` is `starting`, `ready`, `stopping` or `standby`. */
interface Postmaster {
  pid: number;
  status: string;
}

/** There is no TCP; the number only names the socket file. */
export const PORT = 5432;

const READY_PATIENCE_MS = 3_000;
const STOPPING_PATIENCE_MS = 60_000;

export function readPostmaster(folder: string): Postmaster | undefined {
  try {
    const lines = readFileSync(path.join(folder, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), status: lines[7]?.trim() ?? '' };
  } catch {
    return undefined;
  }
}

/** EPERM counts as dead: a process of another user cannot be the server of our folder. */
export function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** After a reboot, or in a container, the pid may belong to somebody else by now. A server stands in its data folder. */
function isRecycled(folder: string, pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) !== realpathSync(folder);
  } catch {
    return false; // no /proc here
  }
}

export function isServerOf(folder: string, pid: number): boolean {
  return isAlive(pid) && !isRecycled(folder, pid);
}

/**
 * Waits until no other server works on the folder. One that is stopping (its owner was just killed or restarted) gets time; one that stays
 * ready belongs to somebody.
 */
export async function waitForFolder(folder: string, socketDir: string): Promise<void> {
  const started = Date.now();
  for (;;) {
    const postmaster = readPostmaster(folder);
    // A dead server's file stays: PostgreSQL finds by it whether backends of the dead server still run.
    if (!postmaster || !isAlive(postmaster.pid)) return;
    if (isRecycled(folder, postmaster.pid)) {
      rmSync(path.join(folder, 'postmaster.pid'), { force: true });
      rmSync(path.join(socketDir, `.s.PGSQL.${PORT}.lock`), { force: true });
      return;
    }
    const patience = postmaster.status === 'stopping' ? STOPPING_PATIENCE_MS : READY_PATIENCE_MS;
    if (Date.now() - started > patience) throw inUse(folder, postmaster.pid);
    await delay(25);
  }
}

export function inUse(folder: string, pid: number): StartupError {
  return new StartupError(
    `the data folder ${folder} is in use by another MediaNest (its PostgreSQL has pid ${pid}): ` +
      'stop that one, or give this one a state folder of its own with MEDIANEST_HOME',
  );
}

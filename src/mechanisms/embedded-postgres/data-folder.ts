import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import { StartupError } from '../errors';
import type { Binaries } from './binaries';
import { isAlive } from './postmaster-pid';
import type { Identity } from './privileges';
import { giveTo, isReachable, makeSearchable, unprivilegedIdentity } from './privileges';

/** Where root keeps data that the server's user cannot reach at the place that was asked for. */
const SYSTEM_STATE = '/var/lib/medianest';
/** PostgreSQL panics on a full disk in the middle of work: better not to start. */
const LEAST_FREE_BYTES = 200 * 1024 * 1024;

export const SUPERUSER = 'medianest';

export interface DataFolder {
  /** The real path, links resolved. */
  path: string;
  identity: Identity;
}

/** Finds or makes the folder, and refuses one that cannot hold a database. */
export function prepareDataFolder(dataDir: string, log: (message: string) => void): DataFolder {
  return namingFolder(dataDir, () => {
    makeSearchable(path.dirname(dataDir));
    if (!lstatSync(dataDir, { throwIfNoEntry: false })) makeFolder(dataDir, log);
    const folder = realpathSync(dataDir);
    refuseForeign(folder);
    refuseFull(folder);
    rmSync(mkdtempSync(path.join(folder, '.probe-')), { recursive: true });
    const identity = unprivilegedIdentity(folder);
    refuseUnreachable(folder, identity);
    return { path: folder, identity };
  });
}

/** Root with a checkout in a 0700 home: the data lies where the server's user can read it, and a link says where. */
function makeFolder(dataDir: string, log: (message: string) => void): void {
  const identity = unprivilegedIdentity(dataDir);
  if (isReachable(path.dirname(dataDir), identity)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    giveTo(identity, dataDir);
    return;
  }
  makeSearchable(SYSTEM_STATE);
  const elsewhere = mkdtempSync(path.join(SYSTEM_STATE, 'postgres-'));
  giveTo(identity, elsewhere);
  symlinkSync(elsewhere, dataDir);
  log(`the user that runs PostgreSQL cannot reach ${dataDir}; it is a link to ${elsewhere}`);
}

function refuseForeign(folder: string): void {
  const { uid } = statSync(folder);
  const self = process.getuid?.();
  if (self !== 0 && uid !== self) {
    throw new StartupError(
      `${folder} belongs to another user (uid ${uid}): run as that user, or choose another state folder with MEDIANEST_HOME`,
    );
  }
}

function refuseUnreachable(folder: string, identity: Identity): void {
  if (isReachable(path.dirname(folder), identity)) return;
  throw new StartupError(
    `PostgreSQL does not run as root, and uid ${identity.uid} cannot reach ${folder}: ` +
      'remove that folder if it is empty, or choose another state folder with MEDIANEST_HOME',
  );
}

function refuseFull(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < LEAST_FREE_BYTES) {
    const megabytes = Math.floor((bavail * bsize) / 1024 / 1024);
    throw new StartupError(
      `only ${megabytes} MB are free for ${folder}: make room, or choose another state folder with MEDIANEST_HOME`,
    );
  }
}

/** Makes the database files if there are none. True when it did. */
export function initialise(folder: DataFolder, bin: string, { major }: Binaries): boolean {
  return namingFolder(folder.path, () => {
    if (refuseOtherContent(folder.path, major)) return false;
    // A killed initdb must never leave a half-made data folder: the finished one takes the place of the empty one in one step.
    const unfinished = `${folder.path}.init-${process.pid}`;
    removeAbandoned(folder.path);
    mkdirSync(unfinished, { mode: 0o700 });
    giveTo(folder.identity, unfinished);
    runInitdb(bin, unfinished, folder.identity);
    try {
      renameSync(unfinished, folder.path);
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true });
      if (!refuseOtherContent(folder.path, major)) throw error; // else another process was faster
    }
    return true;
  });
}

/** True: a database of this major is there. False: the folder is empty. */
function refuseOtherContent(folder: string, major: string): boolean {
  const marker = path.join(folder, 'PG_VERSION');
  if (!existsSync(marker)) {
    if (readdirSync(folder).length === 0) return false;
    throw new StartupError(
      `${folder} is not empty and holds no PostgreSQL data: empty it, or choose another state folder with MEDIANEST_HOME`,
    );
  }
  const found = readFileSync(marker, 'utf8').trim();
  if (found === major) return true;
  throw new StartupError(
    `${folder} holds data of PostgreSQL ${found}, this is PostgreSQL ${major}, and data is never converted silently: ` +
      `go back to the MediaNest that made it, dump the data there, and restore it into a fresh state folder`,
  );
}

function removeAbandoned(folder: string): void {
  const prefix = `${path.basename(folder)}.init-`;
  for (const name of readdirSync(path.dirname(folder))) {
    const pid = Number(name.slice(prefix.length));
    if (name.startsWith(prefix) && (pid === process.pid || !isAlive(pid))) {
      rmSync(path.join(path.dirname(folder), name), { recursive: true, force: true });
    }
  }
}

function runInitdb(bin: string, folder: string, identity: Identity): void {
  // The builtin locale is the same on every machine and never changes under an index.
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--encoding=UTF8'];
  const options = ['--auth=trust', `--username=${SUPERUSER}`, '--no-sync', '--no-instructions'];
  const { status, signal, error, stderr } = spawnSync(path.join(bin, 'initdb'), ['-D', folder, ...locale, ...options], {
    ...identity,
    cwd: '/',
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
  });
  if (status === 0) return;
  rmSync(folder, { recursive: true, force: true });
  // Ctrl-C reaches initdb too: itself, or the server that it runs for a moment.
  if (signal || stderr?.includes('terminated by signal')) {
    throw new StartupError('interrupted while PostgreSQL was set up: nothing of it is left');
  }
  throw new StartupError(`PostgreSQL could not be set up: ${error?.message ?? stderr.trim()}; or set DATABASE_URL`);
}

const COMPLAINTS: Record<string, string> = {
  EACCES: 'may not be written by this user',
  EPERM: 'may not be written by this user',
  EROFS: 'lies on a read-only file system',
  ENOSPC: 'lies on a full disk',
  EDQUOT: 'is beyond the disk quota',
  ENOTDIR: 'cannot be a folder: a part of the path is a file',
  ENOENT: 'is a link to nowhere',
};

function namingFolder<Result>(folder: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const complaint = COMPLAINTS[(error as NodeJS.ErrnoException).code ?? ''];
    if (!complaint) throw error;
    throw new StartupError(`the state folder ${folder} ${complaint}: choose another with MEDIANEST_HOME`, {
      cause: error,
    });
  }
}

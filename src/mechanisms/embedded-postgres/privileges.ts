import { chmodSync, lchownSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { StartupError } from '../errors';

/** Who the server runs as. Empty: as ourselves. */
export interface Identity {
  uid?: number;
  gid?: number;
}

/**
 * PostgreSQL refuses to run as root, and initdb needs a passwd entry for its uid: root becomes `postgres`, else `nobody`.
 * An existing data folder keeps its owner, whatever users a later package install adds.
 */
export function unprivilegedIdentity(dataDir: string): Identity {
  if (process.getuid?.() !== 0) return {};
  const owner = statSync(dataDir, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const entries = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const entry = ['postgres', 'nobody'].map((name) => entries.find((fields) => fields[0] === name)).find(Boolean);
  if (!entry) {
    throw new StartupError(
      'PostgreSQL does not run as root, and there is neither a `postgres` nor a `nobody` user: start as another user, or set DATABASE_URL',
    );
  }
  return { uid: Number(entry[2]), gid: Number(entry[3]) };
}

/** Whether the identity may pass through every folder up to `target`. What does not exist yet is no hindrance. */
export function isReachable(target: string, { uid, gid }: Identity): boolean {
  if (uid === undefined) return true;
  for (let place = path.resolve(target); ; place = path.dirname(place)) {
    const stat = statSync(place, { throwIfNoEntry: false });
    const open =
      !stat || stat.mode & 0o001 || (stat.uid === uid && stat.mode & 0o100) || (stat.gid === gid && stat.mode & 0o010);
    if (!open) return false;
    if (place === path.dirname(place)) return true;
  }
}

/** Folders made here can be passed through by the server whatever the umask says; folders that exist keep their mode. */
export function makeSearchable(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })) return;
  makeSearchable(path.dirname(folder));
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
}

export function giveTo({ uid, gid }: Identity, target: string): void {
  if (uid !== undefined && gid !== undefined) lchownSync(target, uid, gid);
}

import { hkdfSync, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { StartupError } from '../mechanisms/errors';

/** Where a process keeps what must survive it. */
export interface StateFolder {
  path: string;
  /** 32 bytes of chance under this name: made once, kept with mode 0600; or derived, where there is a secret to derive them from. */
  key(name: string): Uint8Array;
  /** Whether that key is made already, or derived: if not, nobody else goes by it yet. */
  hasKey(name: string): boolean;
  /** The path of a file or folder in it; its parent exists. */
  place(...parts: string[]): string;
}

const KEY_BYTES = 32;

/**
 * Makes the folder when something is put into it, so that a look into one that is not there leaves nothing; throws StartupError when it cannot be
 * used. With a secret, which all machines of a house share, no keys are kept.
 */
export function openStateFolder(home: string, secret?: string): StateFolder {
  const root = path.resolve(home);
  const guarded = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      if (error instanceof StartupError) throw error;
      const reason = (error as NodeJS.ErrnoException).code ?? String(error);
      throw new StartupError(
        `the state folder ${root} cannot be used (${reason}): make it writable for this user, free space on its disk, or set MEDIANEST_HOME to another folder`,
        { cause: error },
      );
    }
  };
  const make = (folder: string) => guarded(() => makeFolder(folder));
  // Passable whatever the umask: as root the database runs as another user, who must reach its own folder below. Keys are closed.
  const open = () => guarded(() => makeFolder(root) && chmodSync(root, 0o711));
  const keys = path.join(root, 'keys');
  const kept = (name: string) => guarded(() => readKey(keyFile(keys, name)) ?? (open(), makeKey(keys, name)));
  return {
    path: root,
    key: (name) => (secret === undefined ? kept(name) : deriveKey(secret, name)),
    hasKey: (name) => secret !== undefined || existsSync(keyFile(keys, name)),
    place(...parts) {
      open();
      const place = path.join(root, ...parts);
      make(path.dirname(place));
      return place;
    },
  };
}

/** With its parents; true: it is new. Node's own `recursive` tries for ever in /proc, which is there and answers ENOENT. */
function makeFolder(folder: string, mode?: number): boolean {
  if (existsSync(folder)) return false;
  makeFolder(path.dirname(folder));
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // somebody else was first
  }
  return true;
}

function deriveKey(secret: string, name: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', `medianest ${name}`, KEY_BYTES));
}

const keyFile = (folder: string, name: string): string => path.join(folder, `${name}.key`);

function readKey(file: string): Uint8Array | undefined {
  try {
    const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'hex');
    if (key.length === KEY_BYTES) return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  throw new StartupError(`the key ${file} is damaged: put it back from a backup, or remove it and every token ends`);
}

/** Written whole or not at all; of two processes that make it at once, one wins and both use it. */
function makeKey(folder: string, name: string): Uint8Array {
  makeFolder(folder, 0o700);
  const file = keyFile(folder, name);
  const written = `${file}.${randomBytes(4).toString('hex')}`;
  const descriptor = openSync(written, 'wx', 0o600);
  try {
    writeSync(descriptor, `${randomBytes(KEY_BYTES).toString('hex')}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  try {
    linkSync(written, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // somebody else was first: theirs it is
  } finally {
    unlinkSync(written);
  }
  return readKey(file) ?? makeKey(folder, name);
}

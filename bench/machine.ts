import { execFileSync } from 'node:child_process';
import os from 'node:os';

/** What a figure was measured on: processor, load of others, Node and commit. */
export function machine(): string {
  const cpus = os.cpus();
  const git = (...args: string[]) => execFileSync('git', args, { cwd: __dirname, encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--', '../src', '../migrations', '.') ? ' with changes' : '';
  const commit = `${git('rev-parse', '--short', 'HEAD')}${changed}`;
  return `${cpus.length} x ${cpus[0]?.model.trim()}, load average ${loadAverage()}, Node ${process.version}, commit ${commit}`;
}

export function loadAverage(): string {
  return os.loadavg()[0]!.toFixed(1);
}

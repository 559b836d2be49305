import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * The command lines of the processes that work in a folder or name it, in their settings too; ours left out. Postgres' backends do not name it:
 * they stand in it.
 */
export function processesOf(folder: string): string[] {
  // macOS has no /proc, and shows no working folders.
  if (!existsSync('/proc/self')) return listed().filter((line) => line.includes(folder));
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      // A process that has ended and was not yet waited for has none.
      if (command === '') return [];
      const names = [command, environmentOf(Number(pid))].some((text) => text.includes(folder));
      return names || readlinkSync(`/proc/${pid}/cwd`).startsWith(folder) ? [`${pid} ${command}`] : [];
    } catch {
      return []; // it has just gone, or is another user's
    }
  });
}

/** Settings of a process of ours, one a line. Empty where the system does not tell. */
export function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').replaceAll('\0', '\n');
  } catch {
    return '';
  }
}

const listed = (): string[] => execFileSync('ps', ['-axo', 'pid=,command='], { encoding: 'utf8' }).split('\n');

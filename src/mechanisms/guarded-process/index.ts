import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';

/**
 * The guard: a shell that holds a pipe from us on fd 3. End of file there means that our process is gone, however it died, and the
 * program is interrupted, also one that was frozen. A session of its own, so that Ctrl-C reaches our process only, which then stops the
 * program in order. The first line it says is the program's pid.
 */
const GUARD = [
  'exec 3<&0',
  '"$@" </dev/null 3<&- &',
  'program=$!; echo $program',
  'stop() { kill -INT $program 2>/dev/null; kill -CONT $program 2>/dev/null; }',
  'trap stop TERM INT HUP',
  '(read -r _ <&3; stop) & watch=$!',
  'while :; do wait $program; code=$?; kill -0 $program 2>/dev/null || break; done',
  'kill $watch 2>/dev/null; exit $code',
].join('\n');

export interface GuardedOptions {
  uid?: number;
  gid?: number;
  /** All that the program sees of an environment. */
  env: Record<string, string>;
}

/** Starts a program that never outlives this process. `stdin.end()` stops it; `close` comes when it and all that it started are gone. */
export function spawnGuarded(command: readonly string[], options: GuardedOptions): ChildProcessWithoutNullStreams {
  const guard = spawn('/bin/sh', ['-c', GUARD, 'sh', ...command], {
    ...options,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  guard.stdin.on('error', () => undefined); // the guard may be gone already
  return guard;
}

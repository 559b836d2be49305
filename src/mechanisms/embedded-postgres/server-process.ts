import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartupError } from '../errors';
import { spawnGuarded } from '../guarded-process';
import { inUse, isServerOf, readPostmaster } from './postmaster-pid';
import type { Identity } from './privileges';

const START_TIMEOUT_MS = 120_000; // crash recovery of a large log takes its time
const STOP_TIMEOUT_MS = 20_000;
const TAIL_LINES = 20;

export interface ServerProcess {
  /** Settles when the server and every backend of it are gone; gives the last lines it said. */
  exited: Promise<string>;
  /** Fast shutdown: open transactions are rolled back, a checkpoint is written. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  bin: string;
  folder: string;
  identity: Identity;
  settings: Record<string, string | number>;
  onLine(line: string): void;
}

/** Starts the server under its guard and waits until it accepts connections. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const settings = Object.entries(options.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const command = [path.join(options.bin, 'postgres'), '-D', options.folder, ...settings];
  const guard = spawnGuarded(command, {
    ...options.identity,
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
  });
  const tail = collectLines(guard, options.onLine);
  const server = { pid: 0 };
  guard.stdout.once('data', (line: Buffer) => (server.pid = Number.parseInt(line.toString(), 10)));
  // Backends hold stderr open: `close` comes when the last of them is gone. When the guard is killed, Node closes its stdin, and the
  // guard's watch, which still reads there, stops the server.
  const exited = new Promise<string>((resolve) => guard.once('close', () => resolve(tail.join('\n'))));

  const handles: unknown[] = [guard, guard.stdin, guard.stdout, guard.stderr];

  async function stop(): Promise<void> {
    for (const handle of handles) (handle as Handle).ref();
    guard.stdin.end();
    const patience = setTimeout(() => quit(options.folder, server.pid), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(patience);
  }

  const started = { exited, stop };
  await untilReady(options.folder, { server, started, tail });
  for (const handle of handles) (handle as Handle).unref(); // a server alone keeps nobody alive
  return started;
}

/** The pipes of a child are sockets; their declared type does not say so. */
interface Handle {
  ref(): void;
  unref(): void;
}

interface Starting {
  server: { pid: number };
  started: ServerProcess;
  tail: readonly string[];
}

async function untilReady(folder: string, { server, started, tail }: Starting): Promise<void> {
  let ended = false;
  void started.exited.then(() => (ended = true));
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const postmaster = readPostmaster(folder);
    if (ended) {
      if (postmaster && postmaster.pid !== server.pid && isServerOf(folder, postmaster.pid))
        throw inUse(folder, postmaster.pid);
      throw new StartupError(`PostgreSQL ended at its start: ${tail.join('\n') || 'it said nothing'}`);
    }
    if (postmaster?.pid === server.pid && postmaster.status === 'ready') return;
    if (Date.now() > deadline) {
      await started.stop();
      throw new StartupError(`PostgreSQL was not ready after ${START_TIMEOUT_MS / 1000} s: ${tail.join('\n')}`);
    }
    await delay(5);
  }
}

function collectLines(guard: ChildProcess, onLine: (line: string) => void): string[] {
  const tail: string[] = [];
  let rest = '';
  function take(line: string): void {
    if (!line) return;
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
    onLine(line);
  }
  guard.once('error', (error) => take(error.message));
  guard.stderr?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(take);
  });
  return tail;
}

/** Immediate shutdown: the next start recovers from the log. */
function quit(folder: string, pid: number): void {
  if (isServerOf(folder, pid)) process.kill(pid, 'SIGQUIT');
}

import type { ChildProcess, StdioOptions } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { StartupError } from '../../mechanisms/errors';
import type { Logger } from '../../mechanisms/observability';
import type { Announcement } from '../run';
import { failWhen } from '../shutdown';

export interface ChildProcessesOptions {
  /** The program that each member runs. */
  program: string;
  /** By name, like `api-1`: its whole environment. */
  members: ReadonlyMap<string, NodeJS.ProcessEnv>;
  /** We have been told to go, and so, from the same terminal, have they: who ends is not started again, and a start that is not done is given up. */
  signal: AbortSignal;
  log: Logger;
}

export interface ChildProcesses {
  /** What the member said when it was ready; null while it starts. */
  said(name: string): Announcement | null;
  /** Tells all to go and waits for them; who does not go is killed. */
  stop(): Promise<void>;
}

/** Who is told to go has so long, and is then killed. */
const PATIENCE_MS = 10_000;
/** By then all are gone. */
export const STOPPED_WITHIN_MS = PATIENCE_MS + 1_000;
const REST_MS = { least: 250, most: 10_000 };

/** Keeps processes running: one that ends is started again. None outlives us: each ends when its channel to us does. */
export async function startChildProcesses({
  program,
  members,
  signal,
  log,
}: ChildProcessesOptions): Promise<ChildProcesses> {
  const running = new Map<string, { child: ChildProcess; said: Announcement | null }>();
  const stop = new AbortController();
  const stopping = AbortSignal.any([stop.signal, signal]);

  /** One life after the other. One that was not even ready at its end is followed by a longer rest. */
  async function keep(name: string, env: NodeJS.ProcessEnv, told: (end: string | null) => void): Promise<void> {
    for (let rest = REST_MS.least; !stopping.aborted; rest = Math.min(rest * 2, REST_MS.most)) {
      const child = fork(program, [], { env, execArgv: ['--max-semi-space-size=64'], stdio: STDIO });
      const member = { child, said: null as Announcement | null };
      running.set(name, member);
      child.once('message', (said: Announcement) => {
        const { url, monitoringUrl } = said;
        log.info({ member: name, pid: child.pid, url, monitoringUrl }, 'a process is ready');
        member.said = said;
        rest = REST_MS.least / 2;
        told(null);
      });
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
      member.said = null;
      told(`${name} ended with ${signal ?? code}`);
      if (stopping.aborted) return;
      log.warn({ member: name, pid: child.pid, code, signal }, 'a process ended; starting it again');
      await pause(rest, undefined, { signal: stopping }).catch(() => undefined);
    }
  }

  const lives: Promise<void>[] = [];
  const ready = [...members].map(
    ([name, env]) =>
      new Promise<void>((resolve, reject) => {
        const told = (end: string | null) => (end === null ? resolve() : reject(new StartupError(`no start: ${end}`)));
        lives.push(keep(name, env, told));
      }),
  );
  async function stopAll(): Promise<void> {
    stop.abort();
    await Promise.all([...[...running.values()].map(({ child }) => end(child)), ...lives]);
  }
  try {
    await Promise.race([Promise.all(ready), failWhen(signal)]);
  } catch (error) {
    await stopAll();
    throw error;
  }
  return { said: (name) => running.get(name)?.said ?? null, stop: stopAll };
}

/** What it says to people is not for ours; its log is. */
const STDIO: StdioOptions = ['ignore', 'ignore', 'inherit', 'ipc'];

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  await gone;
  clearTimeout(late);
}

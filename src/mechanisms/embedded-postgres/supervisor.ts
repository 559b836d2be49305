import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../observability';
import type { ServerProcess } from './server-process';

export interface SupervisorOptions {
  launch(): Promise<ServerProcess>;
  log: Logger;
  onRestart?(): void;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;
/** A server that dies sooner is in trouble, and waits longer for its next start. */
const STABLE_MS = 10_000;

const longer = (wait: number): number => Math.min(wait * 2, LONGEST_WAIT_MS);

/** Keeps one server running from `start` to `stop`. The first launch may fail, and its error is the caller's; later ones are repeated. */
export function createSupervisor({ launch, log, onRestart }: SupervisorOptions) {
  let running: Promise<ServerProcess | undefined> = Promise.resolve(undefined);
  let supervision = Promise.resolve();
  let stopping = new AbortController();

  async function relaunch(firstWait: number, signal: AbortSignal): Promise<ServerProcess | undefined> {
    for (let wait = firstWait; ; wait = longer(wait)) {
      await delay(wait, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return undefined;
      try {
        return await launch();
      } catch (error) {
        log.error({ err: error, retryInMs: longer(wait) }, 'the embedded PostgreSQL does not come back yet');
      }
    }
  }

  async function supervise(signal: AbortSignal): Promise<void> {
    let wait = FIRST_WAIT_MS;
    for (let server = await running; server; server = await running) {
      const since = Date.now();
      const lastLines = await server.exited;
      if (signal.aborted) return;
      log.error({ lastLines }, 'the embedded PostgreSQL died; starting it again');
      wait = Date.now() - since > STABLE_MS ? FIRST_WAIT_MS : longer(wait);
      running = relaunch(wait, signal);
      await running;
      if (signal.aborted) return;
      log.warn('the embedded PostgreSQL is back');
      onRestart?.();
    }
  }

  return {
    async start(): Promise<void> {
      stopping = new AbortController();
      running = launch();
      await running;
      supervision = supervise(stopping.signal);
    },
    async stop(): Promise<void> {
      stopping.abort();
      const server = await running.catch(() => undefined);
      await server?.stop();
      await supervision;
    },
  };
}

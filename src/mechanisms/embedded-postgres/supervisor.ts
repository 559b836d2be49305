import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../observability';
import type { ServerProcess } from './server-process';

export interface SupervisorOptions {
  launch(): Promise<ServerProcess>;
  log: Logger;
  onRestart?(): void;
}

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

/** Keeps one server running from `start` to `stop`. The first launch may fail, and its error is the caller's; later ones are repeated. */
export function createSupervisor({ launch, log, onRestart }: SupervisorOptions) {
  let running: Promise<ServerProcess | undefined> = Promise.resolve(undefined);
  let supervision = Promise.resolve();
  let stopping = new AbortController();

  async function relaunch(signal: AbortSignal): Promise<ServerProcess | undefined> {
    for (let wait = FIRST_RETRY_MS; !signal.aborted; wait = Math.min(wait * 2, LAST_RETRY_MS)) {
      try {
        return await launch();
      } catch (error) {
        log.error({ err: error, retryInMs: wait }, 'the embedded PostgreSQL does not come back yet');
        await delay(wait, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }
    return undefined;
  }

  async function supervise(signal: AbortSignal): Promise<void> {
    for (let server = await running; server; server = await running) {
      const lastLines = await server.exited;
      if (signal.aborted) return;
      log.error({ lastLines }, 'the embedded PostgreSQL died; starting it again');
      running = relaunch(signal);
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

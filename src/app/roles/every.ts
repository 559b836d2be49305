import type { Logger } from '../../mechanisms/observability';

/** A round of work again and again: the next begins `periodMs` after the last ended. A failed round is logged and not the last. */
export function every(periodMs: number, work: () => Promise<void>, log: Logger): { stop(): Promise<void> } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  async function round(): Promise<void> {
    try {
      await work();
    } catch (error) {
      log.warn({ err: error }, 'a round of polling failed; the next one will try again');
    }
    if (!stopped) timer = setTimeout(start, periodMs);
  }
  function start(): void {
    running = round();
  }
  start();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

import { setTimeout as timer } from 'node:timers/promises';

/** Over at once when the signal says so. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await timer(ms, undefined, { signal }).catch(() => undefined);
}

import { setTimeout as pause } from 'node:timers/promises';

const DEADLINE_MS = 10_000;

/** Waits for what must become true by itself; the first value that counts as true is the answer. */
export async function until<Value>(look: () => Value | Promise<Value>): Promise<NonNullable<Value>> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const value = await look();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`did not happen within ${DEADLINE_MS} ms: ${look}`);
    await pause(10);
  }
}

import { once } from 'node:events';
import type { Logger } from '../mechanisms/observability';

/** Closes one thing that was opened. */
export type Release = () => Promise<void> | void;

export interface Releases {
  /** Whatever opens also says how it closes, and how long that may take; the last opened is closed first. */
  add(name: string, release: Release, patienceMs?: number): void;
  /** Closes all, in turn; what does not close in time is left behind and named. A second call waits for the first. */
  releaseAll(): Promise<void>;
}

/** A little more than the door drains, and less than those who stop a process wait before they kill it. */
const PATIENCE_MS = 8_500;

export function createReleases(log: Logger): Releases {
  const opened: { name: string; release: Release; patienceMs: number }[] = [];
  let closing: Promise<void> | undefined;

  async function close({ name, release, patienceMs }: (typeof opened)[number]): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`did not close within ${patienceMs} ms`)), patienceMs);
    });
    try {
      await Promise.race([release(), tooLong]);
    } catch (error) {
      log.error({ err: error, part: name }, 'a part did not close cleanly');
    } finally {
      clearTimeout(timer);
    }
  }

  async function closeAll(): Promise<void> {
    for (let part = opened.pop(); part; part = opened.pop()) await close(part);
  }

  return {
    add: (name, release, patienceMs = PATIENCE_MS) => void opened.push({ name, release, patienceMs }),
    releaseAll: () => (closing ??= closeAll()),
  };
}

/** Fails with the signal's reason as soon as it has one. */
export async function failWhen(aborted: AbortSignal): Promise<never> {
  if (!aborted.aborted) await once(aborted, 'abort');
  throw aborted.reason;
}

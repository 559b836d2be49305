const FIRST_MS = 200;
const LONGEST_MS = 5_000;

/** How long to wait before another attempt (the first has number 0): longer each time, never the same for many clients. */
export function delayBefore(attempt: number, retryAfterMs = 0): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return Math.max(retryAfterMs, longest / 2 + (Math.random() * longest) / 2);
}

/** Resolves after this time, or when the signal says that nobody waits any more. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
    if (signal?.aborted) done();
  });
}

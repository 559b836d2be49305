import type { IncomingHttpHeaders } from 'node:http';

/** Browsers always send an Origin across sites, and let any page ask for a stream: only our own page may. Programs send none. */
export function isSameOrigin({ origin, host }: IncomingHttpHeaders): boolean {
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}

import type { Viewer } from './context';

const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** How long a token is good for, in milliseconds, as a timer can take it. */
export const livesFor = ({ expiresAt }: Viewer): number => Math.min(expiresAt.getTime() - Date.now(), MAX_TIMEOUT_MS);

/** The token of `Bearer <token>`, from a header or from the parameters of a socket; whatever else it may be gives none. */
export function bearerToken(authorization: unknown): string | undefined {
  if (typeof authorization !== 'string') return undefined;
  return /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(authorization)?.[1];
}

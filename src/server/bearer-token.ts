import type { Authenticate, Viewer } from './context';

const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** How often an open connection is asked whether its token is still good: nobody may stay 5 s longer than that. */
const LOOK_MS = 2_000;

export interface OpenToken {
  token: string | undefined;
  viewer: Viewer;
  /** Called once: the token is over, or its account is. */
  ended(): void;
}

/** Watches over the token of a connection that stays open, also while nothing happens on it. Returns the undo. */
export function watchToken(authenticate: Authenticate, { token, viewer, ended }: OpenToken): () => void {
  const end = (): void => {
    stop();
    ended();
  };
  const look = async (): Promise<void> => {
    // Who cannot tell now tells at the next look, or at the next operation or event.
    const still = await authenticate(token).catch(() => viewer);
    if (!still) end();
  };
  const looks = setInterval(() => void look(), LOOK_MS);
  const over = setTimeout(end, Math.min(viewer.expiresAt.getTime() - Date.now(), MAX_TIMEOUT_MS));
  const stop = (): void => {
    clearInterval(looks);
    clearTimeout(over);
  };
  return stop;
}

/** The token of `Bearer <token>`, from a header or from the parameters of a socket; whatever else it may be gives none. */
export function bearerToken(authorization: unknown): string | undefined {
  if (typeof authorization !== 'string') return undefined;
  return /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(authorization)?.[1];
}

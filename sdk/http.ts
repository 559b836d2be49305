import type { Answer } from './errors';
import { dataOf, MediaNestError, unreachable } from './errors';
import { factsOf } from './operation';
import type { Tokens } from './tokens';
import { delayBefore, pause } from './waiting';

export type Variables = Readonly<Record<string, unknown>>;

export interface HttpOptions {
  url: string;
  tokens: Tokens;
  patienceMs: number;
  onRetry(reason: MediaNestError): void;
}

/** Sends one query or mutation and answers its data. */
export type Send = (document: string, variables?: Variables, signal?: AbortSignal) => Promise<unknown>;

/** One attempt may take so long: a server that hangs is as good as one that is away. */
const ATTEMPT_MS = 30_000;

export function createSend({ url, tokens, patienceMs, onRetry }: HttpOptions): Send {
  async function attempt(body: string, token: string | undefined, signal?: AbortSignal): Promise<unknown> {
    const headers = new Headers({ 'content-type': 'application/json', accept: 'application/graphql-response+json' });
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    const deadline = AbortSignal.timeout(ATTEMPT_MS);
    const ended = signal ? AbortSignal.any([signal, deadline]) : deadline;
    const response = await fetched(() => fetch(url, { method: 'POST', headers, body, signal: ended }));
    const answer = parse(await fetched(() => response.text()));
    return dataOf(answer, { status: response.status, ...waitOf(response.headers) });
  }

  /** A token that is refused was refused before anything was done. */
  async function withFreshToken(body: string, signal?: AbortSignal): Promise<unknown> {
    const token = await tokens.current();
    try {
      return await attempt(body, token, signal);
    } catch (error) {
      const refused = error instanceof MediaNestError && error.code === 'UNAUTHENTICATED';
      if (!refused || !(await tokens.renew(token))) throw error;
      return attempt(body, await tokens.current(), signal);
    }
  }

  return async (document, variables, signal) => {
    const { repeatable, keys } = factsOf(document);
    const body = JSON.stringify({ query: document, variables: { ...variables, ...missingKeys(keys, variables) } });
    const giveUpAt = Date.now() + patienceMs;
    for (let retries = 0; ; retries += 1) {
      try {
        return await withFreshToken(body, signal);
      } catch (error) {
        if (!repeatable || !(error instanceof MediaNestError) || !error.retryable || signal?.aborted) throw error;
        const delay = delayBefore(retries, error.retryAfterMs);
        if (Date.now() + delay > giveUpAt) throw error;
        onRetry(error);
        await pause(delay, signal);
      }
    }
  };
}

/** With a key of its own a mutation can be sent again when nobody knows whether it arrived. */
function missingKeys(names: readonly string[], given: Variables = {}): Variables {
  return Object.fromEntries(names.filter((name) => (given[name] ?? null) === null).map((name) => [name, randomKey()]));
}

// Not randomUUID: browsers have it on https only, and a server at home may have none.
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function fetched<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const { message, cause } = error as Error; // "fetch failed" says less than its cause
    throw unreachable(
      cause instanceof Error ? cause.message || String((cause as { code?: unknown }).code) : message,
      error,
    );
  }
}

function parse(body: string): Answer {
  try {
    return JSON.parse(body) as Answer;
  } catch {
    return {}; // a proxy's page
  }
}

function waitOf(headers: Headers): { retryAfterMs?: number } {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? { retryAfterMs: seconds * 1000 } : {};
}

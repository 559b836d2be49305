import { bulkhead } from 'cockatiel';
import { Pool } from 'undici';
import type { Logger } from '../observability';
import { createInterpreter } from './answer';
import type { HttpAnswer, HttpCall } from './call';
import { exchange } from './exchange';
import type { RawAnswer } from './exchange';
import { failureOfTransport } from './transport-failure';
import { queryString } from './query-string';
import { UpstreamFailure } from './upstream-failure';

export interface HttpClient {
  /** One try, never repeated: whether a repeat is safe is known only to the caller. Throws UpstreamFailure. */
  request(call: HttpCall): Promise<HttpAnswer>;
  /** Takes no more calls, lets the running ones end (each has its deadline), closes the connections. */
  close(): Promise<void>;
}

export interface HttpClientOptions {
  /** Names the upstream in errors and log lines. */
  name: string;
  baseUrl: string;
  /** Sent with every call. Their values are taken for secrets: cut out of all that the upstream echoes. */
  headers: Record<string, string>;
  /** Bounds a whole call: the wait for a free slot, connecting, the answer to its last byte. */
  timeoutMs: number;
  maxConcurrent: number;
  maxBodyBytes: number;
  log: Logger;
}

/** Node's servers drop an idle connection after 5 s. Ours goes well before (undici's timer may be a second late): a write on a
 *  dying one has an unknown outcome. */
const IDLE_CONNECTION_MS = 3_000;
const CONNECT_MS = 5_000;
/** Beyond this a caller hears at once that we are overloaded instead of waiting in vain. */
const WAITING_PER_SLOT = 25;

/** The one way out to an upstream that speaks HTTP and JSON. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { name, timeoutMs, maxConcurrent, maxBodyBytes, log } = options;
  const base = new URL(options.baseUrl);
  const basePath = base.pathname.replace(/\/+$/, '');
  const pool = new Pool(base.origin, {
    connections: maxConcurrent,
    connectTimeout: Math.min(timeoutMs, CONNECT_MS),
    keepAliveTimeout: IDLE_CONNECTION_MS,
    keepAliveMaxTimeout: IDLE_CONNECTION_MS,
    // The deadline of the call bounds them both.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const slots = bulkhead(maxConcurrent, maxConcurrent * WAITING_PER_SLOT);
  const interpret = createInterpreter(name, Object.values(options.headers));

  async function send(call: HttpCall): Promise<RawAnswer> {
    const { method, path, query, body, deadlineMs = timeoutMs } = call;
    const signal = AbortSignal.timeout(deadlineMs);
    let sent = false;
    const request = {
      method,
      path: basePath + path + queryString(query),
      headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }), ...options.headers },
      body: body && JSON.stringify(body),
    };
    const onSending = (): void => void (sent = true);
    try {
      const whole = slots.execute(() => exchange(pool, { request, signal, maxBodyBytes, onSending }), signal);
      return await endedBy(signal, whole);
    } catch (error) {
      throw failureOfTransport(error, { upstream: name, call, sent });
    }
  }

  async function request(call: HttpCall): Promise<HttpAnswer> {
    const { method, path } = call;
    const startedAt = performance.now();
    const line = (): object => ({ upstream: name, method, path, ms: Math.round(performance.now() - startedAt) });
    try {
      const answer = interpret(await send(call), call);
      log.debug({ ...line(), status: answer.status }, 'upstream answered');
      return answer;
    } catch (error) {
      if (error instanceof UpstreamFailure) {
        const { failure, certainty, status } = error;
        log.debug({ ...line(), failure, certainty, status }, 'upstream failed');
      }
      throw error;
    }
  }

  let closing: Promise<void> | undefined;
  return { request, close: () => (closing ??= pool.close()) };
}

/** The bulkhead looks at the signal only when a slot falls free; whoever waits for one must not wait past the deadline. */
async function endedBy<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let giveUp = (): void => undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    giveUp = () => reject(signal.reason as Error);
    signal.addEventListener('abort', giveUp);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

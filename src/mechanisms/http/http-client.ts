import { bulkhead, TaskCancelledError } from 'cockatiel';
import { Pool } from 'undici';
import type { Logger, Observer } from '../observability';
import { createInterpreter } from './answer';
import type { HttpAnswer, HttpCall, HttpDownload, HttpFile } from './call';
import { createCircuit, repeating } from './circuit';
import { exchange } from './exchange';
import type { RawAnswer } from './exchange';
import { failureOfTransport } from './transport-failure';
import { queryString } from './query-string';
import { UpstreamFailure } from './upstream-failure';

export interface HttpClient {
  /**
   * Throws UpstreamFailure. A GET that met nobody is tried again, within its deadline; any other call is one try, because
   * whether a repeat is safe is known only to the caller. After several in a row that met nobody, calls end at once, NOT_SENT,
   * until a probe or the first one after a rest is answered.
   */
  request(call: HttpCall): Promise<HttpAnswer>;
  /** A GET of a picture or the like. Throws UpstreamFailure. */
  download<Type extends string>(call: HttpDownload<Type>): Promise<HttpFile<Type>>;
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
  /** Hears of each call, and of the circuit. */
  observer?: Observer;
  log: Logger;
}

/** Node's servers drop an idle connection after 5 s. Ours goes well before (undici's timer may be a second late): a write on a
 *  dying one has an unknown outcome. */
const IDLE_CONNECTION_MS = 3_000;
const CONNECT_MS = 5_000;
/** Beyond this a caller hears at once that we are overloaded instead of waiting in vain. */
const WAITING_PER_SLOT = 25;

interface Wanted {
  accept: string;
  limit: number;
}

/** The one way out to an upstream that speaks HTTP. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { name, timeoutMs, maxConcurrent, maxBodyBytes } = options;
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
  const circuit = createWatchedCircuit(options);
  const told = createTeller(options);
  const interpret = createInterpreter(name, Object.values(options.headers));

  async function send(call: HttpCall, { accept, limit }: Wanted): Promise<RawAnswer> {
    const { method, path, query, body, deadlineMs = timeoutMs, probe } = call;
    const signal = AbortSignal.timeout(deadlineMs);
    let sent = false;
    const request = {
      method,
      path: basePath + path + queryString(query),
      headers: { accept, ...(body && { 'content-type': 'application/json' }), ...options.headers },
      body: body && JSON.stringify(body),
    };
    const onSending = (): void => void (sent = true);
    const once = async (): Promise<RawAnswer> => {
      if (signal.aborted) throw new TaskCancelledError();
      return exchange(pool, { request, signal, maxBodyBytes: limit, onSending });
    };
    const attempt = () => slots.execute(() => (probe ? circuit.probe(once) : circuit.run(once)), signal);
    try {
      return await endedBy(signal, method === 'GET' && !probe ? repeating.execute(attempt, signal) : attempt());
    } catch (error) {
      throw failureOfTransport(error, { upstream: name, call, sent });
    }
  }

  const request = (call: HttpCall): Promise<HttpAnswer> =>
    told(call, async () => {
      const raw = await send(call, { accept: 'application/json', limit: maxBodyBytes });
      return [interpret.json({ call, raw }), raw.status];
    });

  function download<Type extends string>(wanted: HttpDownload<Type>): Promise<HttpFile<Type>> {
    const { path, query, deadlineMs, types, maxBytes } = wanted;
    const call: HttpCall = { method: 'GET', path, query, deadlineMs };
    return told(call, async () => {
      const raw = await send(call, { accept: types.join(', '), limit: maxBytes });
      return [interpret.file({ call, raw }, types), raw.status];
    });
  }

  let closing: Promise<void> | undefined;
  return { request, download, close: () => (closing ??= pool.close()) };
}

function createWatchedCircuit({ name: upstream, observer, log }: HttpClientOptions) {
  let value = 0;
  observer?.metrics.gauge({
    name: 'medianest_upstream_circuit_open',
    help: '1: the service met nobody so often that calls end unsent.',
    labels: ['upstream'],
    read: () => [{ labels: { upstream }, value }],
  });
  return createCircuit({
    onChange(state) {
      value = state === 'open' ? 1 : 0;
      log[state === 'open' ? 'warn' : 'info']({ upstream }, `the circuit is ${state}`);
    },
  });
}

/** One log line a call, with what became of it, and the same for the observer. */
function createTeller({ name: upstream, log, observer }: HttpClientOptions) {
  return async <T>({ method, path }: HttpCall, work: () => Promise<[T, status: number]>): Promise<T> => {
    const startedAt = performance.now();
    const line = (): object => ({ upstream, method, path, ms: Math.round(performance.now() - startedAt) });
    const observe = (outcome: string): void => {
      const ms = performance.now() - startedAt;
      observer?.step({ kind: 'UPSTREAM', of: upstream, what: `${method} ${path}`, outcome, ms });
    };
    try {
      const [answer, status] = await work();
      observe(`${status}`);
      log.debug({ ...line(), status }, 'upstream answered');
      return answer;
    } catch (error) {
      if (error instanceof UpstreamFailure) {
        const { failure, certainty, status } = error;
        observe(failure);
        log.debug({ ...line(), failure, certainty, status }, 'upstream failed');
      }
      throw error;
    }
  };
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

import { setMaxListeners } from 'node:events';
import type * as Library from '@eventstore/db-client';
import { circuitBreaker, CircuitState, ConsecutiveBreaker, handleWhen, isBrokenCircuitError } from 'cockatiel';
import { EventStoreUnavailable } from '../../errors';
import { isAway, isNotLeader, needsAnotherClient, NoAnswer } from './failures';

export type Client = Library.EventStoreDBClient;

/** What every call says. Credentials of the call make appends unary, which avoids the client's holes; a server without TLS ignores them. */
export interface CallOptions {
  credentials: { username: string; password: string };
  /** A follower may not have seen yet what was acknowledged. */
  requiresLeader: true;
  /** Reads and subscriptions pay no heed to it: `run` has one of its own. */
  deadline: number;
}

/** The client of the moment. One that is stuck with a node is replaced: it never looks for another by itself. */
export interface Connection {
  readonly library: typeof Library;
  readonly options: CallOptions;
  /** Aborts when it closes. */
  readonly closing: AbortSignal;
  /** Rejects with what the client said, or with NoAnswer: then `signal` has told the work to let go. */
  run<Answer>(work: (client: Client, signal: AbortSignal) => Promise<Answer>): Promise<Answer>;
  /** The same without a deadline, for what lives long. */
  watch(work: (client: Client) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/**
 * A frozen node swallows every call for its whole time, and where none is each call makes a channel, which tries once more after it was closed and keeps the
 * connection when that succeeds: after two of them in a row the others fail at once, and one a second asks.
 */
const SILENT_CALLS = 2;
const ASK_AGAIN_MS = 1_000;

/** The library is loaded here, and so only where a store of this kind is used: it registers its messages on the global object. */
export async function openConnection(url: string, answerMs: number): Promise<Connection> {
  const library = await import('@eventstore/db-client');
  const options: CallOptions = { credentials: credentialsOf(url), requiresLeader: true, deadline: answerMs };
  const address = url.replace(CREDENTIALS, '$<protocol>');
  const make = () => library.EventStoreDBClient.connectionString(address);
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // every follower and every doubt waits for it
  let client = make();

  async function use<Answer>(work: (client: Client) => Promise<Answer>): Promise<Answer> {
    const mine = client;
    if (closing.signal.aborted) throw new EventStoreUnavailable('the event store is closed');
    try {
      return await work(mine);
    } catch (error) {
      if (client === mine && needsAnotherClient(error)) {
        client = make();
        void hangUp(mine);
      }
      throw error;
    }
  }
  const breaker = circuitBreaker(handleWhen(isAway), {
    halfOpenAfter: ASK_AGAIN_MS,
    breaker: new ConsecutiveBreaker(SILENT_CALLS),
  });
  function silent(): EventStoreUnavailable {
    const { error } = breaker.lastFailure as { error: Error };
    return new EventStoreUnavailable(`the event store does not answer: ${error.message}`, { cause: error });
  }
  async function once<Answer>(work: (client: Client, signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    // The breaker would let this call wait for the one that asks, and so for as long as a frozen node can hold that up.
    if (breaker.state === CircuitState.HalfOpen) throw silent();
    try {
      return await breaker.execute(() => use((mine) => inTime(answerMs, (signal) => work(mine, signal))));
    } catch (error) {
      if (isBrokenCircuitError(error)) throw silent();
      throw error;
    }
  }

  return {
    library,
    options,
    closing: closing.signal,
    // The refusal of a follower names the leader, and the client's next call goes there.
    run: (work) =>
      once(work).catch((error: unknown) => (isNotLeader(error) ? once(work) : Promise.reject(error as Error))),
    watch: use,
    async close() {
      closing.abort();
      await hangUp(client);
    },
  };
}

async function inTime<Answer>(ms: number, work: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new NoAnswer(`none within ${ms / 1_000} s`));
      late.abort();
    }, ms);
  });
  try {
    return await Promise.race([work(late.signal), deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** `dispose()` only ends streams, which have deadlines of ours; the connection itself is closed by its channel, which the types hide. */
async function hangUp(client: Client): Promise<void> {
  const { getChannel } = client as unknown as { getChannel(): Promise<{ close(): void }> };
  await getChannel().then(
    (channel) => channel.close(),
    () => undefined, // it never found a node
  );
}

/** Each call has them. The client is not told, for it writes the whole string to the console where it does not know an option in it. */
const CREDENTIALS = /^(?<protocol>[^:]+:\/\/)(?<username>[^:@/]+):(?<password>[^@/]+)@/;

function credentialsOf(url: string): CallOptions['credentials'] {
  const { username = '', password = '' } = CREDENTIALS.exec(url)?.groups ?? {};
  // Without a user of the string any name will do: the server has no TLS then (the settings see to it), and does not look.
  return username === ''
    ? { username: 'medianest', password: 'none' }
    : { username: decodeURIComponent(username), password: decodeURIComponent(password) };
}

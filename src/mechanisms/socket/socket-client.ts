import { ExponentialBackoff } from 'cockatiel';
import type { IBackoff } from 'cockatiel';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { storableJson, UpstreamFailure } from '../http';
import type { Certainty, FailureKind } from '../http';
import type { Logger, Observer } from '../observability';
import { failureOfSocket } from './socket-failure';

export interface SocketClientOptions {
  /** Names the upstream in errors and log lines. */
  name: string;
  /** With a sub-path, if the service has one. */
  url: string;
  /** Bounds each try to connect, and each wait for an acknowledgement. */
  timeoutMs: number;
  /** A longer message ends the connection. */
  maxMessageBytes: number;
  /** The wait before the connection is tried again: doubled from try to try, with jitter. */
  backOff: { firstMs: number; mostMs: number };
  /** Hears of each question, and whether the connection stands. */
  observer?: Observer;
  log: Logger;
}

export interface SocketListener {
  connected(): void;
  /** Whatever the server says. Texts are fit to be stored; nothing else is known of the arguments. */
  event(name: string, args: unknown[]): void;
  /** The connection ended or could not be made. It is tried again by itself. */
  lost(failure: UpstreamFailure): void;
}

/** One connection to a service that speaks Socket.IO. What is said on it never reaches a log line: only names of events do. */
export interface SocketClient {
  /** Connects, and again after every loss, until closed. */
  open(listener: SocketListener): void;
  /** Says something and answers what the server acknowledged it with. Throws UpstreamFailure; never repeated by itself. */
  emit(event: string, ...args: unknown[]): Promise<unknown>;
  /** Ends a connection that is of no use. It comes back after the wait. */
  drop(failure: UpstreamFailure): void;
  /** What was said on this connection was of use: the next wait is the first again. */
  settled(): void;
  /** Tries now instead of at the end of the wait; false: there was none to cut short. */
  hurry(): boolean;
  /** The end; `open` begins anew. */
  close(): void;
}

export function createSocketClient(options: SocketClientOptions): SocketClient {
  return new SocketConnection(options);
}

/** Holds the one connection, its timer and its listener. */
class SocketConnection implements SocketClient {
  private readonly socket: Socket;
  private readonly backOff: ExponentialBackoff<unknown>;
  private listener: SocketListener | undefined;
  private wait: IBackoff<unknown> | undefined;
  /** Of the next try while we wait, of its deadline while we try. */
  private timer: NodeJS.Timeout | undefined;
  private isWaiting = false;
  private readonly told: ReturnType<typeof createTeller>;

  constructor(private readonly options: SocketClientOptions) {
    const { name, backOff } = options;
    this.backOff = new ExponentialBackoff({ initialDelay: backOff.firstMs, maxDelay: backOff.mostMs });
    this.socket = create(options);
    this.told = createTeller(options, () => this.socket.connected);
    this.socket.on('connect', () => {
      clearTimeout(this.timer);
      this.listener?.connected();
    });
    this.socket.on('connect_error', (error) => this.lose(failureOfSocket(name, error)));
    this.socket.on('disconnect', (reason, details) => {
      if (reason === 'io client disconnect') return; // our own: who does it says why
      this.lose(failureOfSocket(name, details ?? { message: reason }));
    });
    this.socket.onAny((event: string, ...args: unknown[]) => this.listener?.event(event, args.map(storableJson)));
  }

  open(listener: SocketListener): void {
    this.listener = listener;
    this.wait = undefined;
    this.connect();
  }

  emit(event: string, ...args: unknown[]): Promise<unknown> {
    return this.told.question(event, () => this.ask(event, args));
  }

  private async ask(event: string, args: unknown[]): Promise<unknown> {
    const { socket } = this;
    if (!socket.connected) throw this.failure('UNREACHABLE', `${event} was not sent: not connected`, 'NOT_SENT');
    try {
      return storableJson(await socket.timeout(this.options.timeoutMs).emitWithAck(event, ...args));
    } catch {
      throw socket.connected
        ? this.failure('TIMEOUT', `${event} was not answered in time`, 'UNKNOWN')
        : this.failure('UNREACHABLE', `the connection was lost after ${event}`, 'UNKNOWN');
    }
  }

  drop(reason: UpstreamFailure): void {
    if (!this.socket.connected) return;
    this.socket.disconnect();
    this.lose(reason);
  }

  settled(): void {
    this.wait = undefined;
  }

  hurry(): boolean {
    const waited = this.isWaiting;
    if (waited) this.connect();
    return waited;
  }

  close(): void {
    clearTimeout(this.timer);
    this.isWaiting = false;
    this.listener = undefined;
    this.socket.disconnect();
  }

  private connect(): void {
    clearTimeout(this.timer);
    this.isWaiting = false;
    // The library's own deadline ends with the transport; whoever accepts that and then says nothing is not waited for either.
    this.timer = setTimeout(() => {
      this.socket.disconnect();
      this.lose(this.failure('TIMEOUT', 'did not answer in time', 'NOT_SENT'));
    }, this.options.timeoutMs);
    this.socket.connect();
  }

  private lose(reason: UpstreamFailure): void {
    if (!this.listener) return;
    this.told.loss(reason);
    clearTimeout(this.timer);
    this.wait = this.wait ? this.wait.next(undefined) : this.backOff.next();
    this.isWaiting = true;
    this.timer = setTimeout(() => this.connect(), this.wait.duration);
    this.listener.lost(reason);
  }

  private failure(failure: FailureKind, what: string, certainty: Certainty): UpstreamFailure {
    const { name } = this.options;
    return new UpstreamFailure(`${name}: ${what}`, { upstream: name, failure, certainty });
  }
}

/** What becomes of the connection and of what is asked on it, for the log and the observer. */
function createTeller({ name: upstream, observer, log }: SocketClientOptions, isConnected: () => boolean) {
  const losses = observer?.metrics.counter({
    name: 'medianest_upstream_socket_losses_total',
    help: 'Connections to services around us that were lost or could not be made.',
    labels: ['upstream', 'failure'],
  });
  observer?.metrics.gauge({
    name: 'medianest_upstream_socket_connected',
    help: '1: the connection stands; one process of all holds it.',
    labels: ['upstream'],
    read: () => [{ labels: { upstream }, value: isConnected() ? 1 : 0 }],
  });
  return {
    loss({ failure }: UpstreamFailure): void {
      losses?.add({ upstream, failure });
      log.debug({ upstream, failure }, 'a socket was lost');
    },
    async question<Answer>(event: string, ask: () => Promise<Answer>): Promise<Answer> {
      const startedAt = performance.now();
      const observe = (outcome: string): void => {
        const ms = performance.now() - startedAt;
        observer?.step({ kind: 'UPSTREAM', of: upstream, what: `EMIT ${event}`, outcome, ms });
      };
      try {
        const answer = await ask();
        observe('OK');
        return answer;
      } catch (error) {
        if (error instanceof UpstreamFailure) observe(error.failure);
        throw error;
      }
    },
  };
}

function create({ url, timeoutMs, maxMessageBytes }: SocketClientOptions): Socket {
  const { origin, pathname } = new URL(url);
  const ofTransport = { maxPayload: maxMessageBytes }; // read by the WebSocket below, unknown to the types
  return io(origin, {
    path: `${pathname.replace(/\/+$/, '')}/socket.io`,
    transports: ['websocket'], // polling would read answers of any length
    autoConnect: false,
    forceNew: true,
    reconnection: false, // ours can be hurried
    timeout: timeoutMs,
    ...ofTransport,
  });
}

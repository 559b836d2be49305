import { ExponentialBackoff } from 'cockatiel';
import type { IBackoff } from 'cockatiel';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { storableJson, UpstreamFailure } from '../http';
import type { Certainty, FailureKind } from '../http';
import type { Logger } from '../observability';
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
  isConnected(): boolean;
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
  const { name, timeoutMs, log } = options;
  const backOff = new ExponentialBackoff({ initialDelay: options.backOff.firstMs, maxDelay: options.backOff.mostMs });
  const socket = create(options);
  let listener: SocketListener | undefined;
  let wait: IBackoff<unknown> | undefined;
  /** Of the next try while we wait, of its deadline while we try. */
  let timer: NodeJS.Timeout | undefined;
  let waiting = false;

  const failure = (kind: FailureKind, what: string, certainty: Certainty) =>
    new UpstreamFailure(`${name}: ${what}`, { upstream: name, failure: kind, certainty });

  function connect(): void {
    clearTimeout(timer);
    waiting = false;
    // The library's own deadline ends with the transport; whoever accepts that and then says nothing is not waited for either.
    timer = setTimeout(() => {
      socket.disconnect();
      lose(failure('TIMEOUT', 'did not answer in time', 'NOT_SENT'));
    }, timeoutMs);
    socket.connect();
  }

  function lose(reason: UpstreamFailure): void {
    if (!listener) return;
    log.debug({ upstream: name, failure: reason.failure }, 'a socket was lost');
    clearTimeout(timer);
    wait = wait ? wait.next(undefined) : backOff.next();
    waiting = true;
    timer = setTimeout(connect, wait.duration);
    listener.lost(reason);
  }

  socket.on('connect', () => {
    clearTimeout(timer);
    listener?.connected();
  });
  socket.on('connect_error', (error) => lose(failureOfSocket(name, error)));
  socket.on('disconnect', (reason, details) => {
    if (reason === 'io client disconnect') return; // our own: who does it says why
    lose(failureOfSocket(name, details ?? { message: reason }));
  });
  socket.onAny((event: string, ...args: unknown[]) => listener?.event(event, args.map(storableJson)));

  return {
    open(hears) {
      listener = hears;
      wait = undefined;
      connect();
    },
    async emit(event, ...args) {
      if (!socket.connected) throw failure('UNREACHABLE', `${event} was not sent: not connected`, 'NOT_SENT');
      try {
        return storableJson(await socket.timeout(timeoutMs).emitWithAck(event, ...args));
      } catch {
        throw socket.connected
          ? failure('TIMEOUT', `${event} was not answered in time`, 'UNKNOWN')
          : failure('UNREACHABLE', `the connection was lost after ${event}`, 'UNKNOWN');
      }
    },
    isConnected: () => socket.connected,
    drop(reason) {
      if (!socket.connected) return;
      socket.disconnect();
      lose(reason);
    },
    settled: () => void (wait = undefined),
    hurry() {
      const waited = waiting;
      if (waited) connect();
      return waited;
    },
    close() {
      clearTimeout(timer);
      waiting = false;
      listener = undefined;
      socket.disconnect();
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

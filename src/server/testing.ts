import { once } from 'node:events';
import type { RawData } from 'ws';
import WebSocket from 'ws';
import type { Metrics, Observer } from '../mechanisms/observability';
import { createLogger, createObserver } from '../mechanisms/observability';
import { createBudget } from '../mechanisms/budget';
import type { Authenticate, Viewer } from './context';
import type { HttpServer, HttpServerOptions } from './http';
import { createHttpServer } from './http';
import type { Source } from './testing-setup';
import { createSource, createTestSchema, testAccess } from './testing-setup';

export function viewer(accountId: string, scopes: string[] = [], expiresAt = new Date(Date.now() + 3_600_000)): Viewer {
  return { accountId, role: 'FRIEND', scopes: new Set(scopes), expiresAt };
}

type Coded = { extensions: { code: string } };
export interface SocketMessage {
  type: string;
  id?: string;
  payload?: { data?: Record<string, unknown>; errors?: Coded[] } & Partial<Coded>[];
}

export interface SocketOptions {
  headers?: Record<string, string>;
  path?: string;
  protocols?: string[];
}

/** A plain client of the socket: what the wire says, in order. */
function openSocket(port: number, { headers = {}, path = '/graphql', protocols }: SocketOptions) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols ?? ['graphql-transport-ws'], { headers });
  const received: SocketMessage[] = [];
  const waiting: ((message: SocketMessage) => void)[] = [];
  socket.on('message', (data: RawData) => {
    const message = JSON.parse(String(data)) as SocketMessage;
    const take = waiting.shift();
    if (take) take(message);
    else received.push(message);
  });
  socket.on('error', () => {});
  const client = {
    socket,
    received,
    opened: () => once(socket, 'open'),
    closed: new Promise<{ code: number; reason: string }>((resolve) =>
      socket.on('close', (code, reason) => resolve({ code, reason: String(reason) })),
    ),
    send: (message: object) => socket.send(JSON.stringify(message)),
    next: () =>
      new Promise<SocketMessage>((resolve) => {
        const message = received.shift();
        if (message) resolve(message);
        else waiting.push(resolve);
      }),
    subscribe: (id: string, query: string, variables?: object) =>
      client.send({ type: 'subscribe', id, payload: { query, variables } }),
  };
  return client;
}
export type SocketClient = ReturnType<typeof openSocket>;

/** Waits for a condition, with a deadline. */
export async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`never: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

type Line = Record<string, unknown>;

export interface TestDoor {
  server: HttpServer;
  port: number;
  url: string;
  source: Source;
  /** Lines of the log, parsed, but for those of operations. */
  logged: Line[];
  operations: Line[];
  metrics: Metrics;
  observer: Observer;
  /** Who the tokens belong to; a test may change it while the server runs. */
  tokens: Map<string, Viewer>;
  /** What the fields that fail throw. */
  failure: { error: Error };
  ask(query: string, token?: string, body?: object): Promise<{ status: number; body: AnyJson }>;
  /** For clients that bring no socket of their own. */
  WebSocket: typeof WebSocket;
  /** A socket without a word said on it. */
  socket(options?: SocketOptions): SocketClient;
  /** A socket that was let in. */
  signedIn(token?: string, options?: SocketOptions): Promise<SocketClient>;
  close(): Promise<void>;
}

/** Whatever JSON a server may answer. */
export interface AnyJson {
  data?: Record<string, unknown> | null;
  extensions?: { cost?: object };
  errors?: { message: string; path?: unknown; extensions: Record<string, unknown> }[];
}

/** Our door on a free port, over a small schema of its own; `ben` is a friend and `ada` an admin. */
export async function openTestDoor(
  options: Partial<HttpServerOptions> = {},
  address = { host: '127.0.0.1', port: 0 },
): Promise<TestDoor> {
  const source = createSource();
  const [logged, operations]: [Line[], Line[]] = [[], []];
  const write = (text: string): void => {
    const line = JSON.parse(text) as Line;
    (line.msg === 'operation' ? operations : logged).push(line);
  };
  const tokens = new Map([
    ['ben', viewer('usr_ben')],
    ['ada', viewer('usr_ada', ['ADMIN'])],
  ]);
  const failure = { error: new Error('bug') };
  const authenticate: Authenticate = (token) => Promise.resolve((token && tokens.get(token)) || null);
  const observer = createObserver();
  const server = await createHttpServer({
    schema: createTestSchema(source, () => failure.error),
    access: testAccess,
    authenticate,
    cost: { perOperation: 2_000, budget: createBudget({ capacity: 20_000, restoreRate: 1_000 }) },
    obstacle: () => Promise.resolve(null),
    observer,
    log: createLogger({ level: 'debug', destination: { write } }),
    ...options,
  });
  const { port } = await server.listen(address).catch(async (error: unknown) => {
    await server.close({ drainMs: 0 });
    throw error;
  });
  const url = `http://127.0.0.1:${port}/graphql`;
  const socket = (socketOptions: SocketOptions = {}) => openSocket(port, socketOptions);
  return {
    server,
    port,
    url,
    source,
    metrics: observer.metrics,
    observer,
    logged,
    operations,
    tokens,
    failure,
    async ask(query, token, body) {
      const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
      const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, ...body }) });
      return { status: response.status, body: (await response.json()) as AnyJson };
    },
    WebSocket,
    socket,
    async signedIn(token = 'ben', socketOptions) {
      const client = socket(socketOptions);
      await client.opened();
      client.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
      expect(await client.next()).toEqual({ type: 'connection_ack' });
      return client;
    },
    close: () => server.close({ drainMs: 1_000 }),
  };
}

/** The first error of an answer, or null. */
interface FirstError {
  code: unknown;
  message: string;
  extensions: Record<string, unknown>;
}
type Send = (door: TestDoor, query: string, variables?: object) => Promise<FirstError | null>;

const first = (errors: AnyJson['errors']): FirstError | null =>
  errors?.[0] ? { ...errors[0], code: errors[0].extensions.code } : null;

/** Each way in: what it answers ben to one operation. */
export const ways: Record<string, Send> = {
  HTTP: async (door, query, variables) => first((await door.ask(query, 'ben', { variables })).body.errors),
  WebSocket: async (door, query, variables) => {
    const client = await door.signedIn();
    client.subscribe('1', query, variables);
    const { type, payload } = await client.next();
    client.socket.terminate();
    return first((type === 'error' ? payload : payload?.errors) as AnyJson['errors']);
  },
  SSE: async (door, query, variables) => {
    const response = await fetch(`${door.url}/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: 'Bearer ben' },
      body: JSON.stringify({ query, variables }),
    });
    const data = /^data: (.*)$/m.exec(await response.text())?.[1] ?? '{}';
    return first((JSON.parse(data) as AnyJson).errors);
  },
};

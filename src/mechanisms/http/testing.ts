import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server as TcpServer, Socket } from 'node:net';
import { createLogger } from '../observability';
import { createHttpClient } from './http-client';
import type { HttpClient, HttpClientOptions } from './http-client';
import { UpstreamFailure } from './upstream-failure';

/** What a test opens; `close()` in its afterEach. */
export interface Bench {
  /** Stands a server up on a free port and answers its address. */
  serve(listener: RequestListener): Promise<string>;
  /** The same for what speaks no HTTP. */
  serveRaw(onConnection: (socket: Socket) => void): Promise<string>;
  /** Closed before the servers are. Log lines land in `lines`. */
  client(baseUrl: string, options?: Partial<HttpClientOptions>): HttpClient;
  lines: string[];
  close(): Promise<void>;
}

export const API_KEY = 'canary-5e884898da28047151d0e56f8dc62927';

export function createBench(): Bench {
  const servers: TcpServer[] = [];
  const sockets: Socket[] = [];
  const clients: HttpClient[] = [];
  const lines: string[] = [];
  const log = createLogger({ level: 'trace', destination: { write: (line: string) => void lines.push(line) } });
  function open(server: TcpServer): Promise<string> {
    servers.push(server.on('connection', (socket: Socket) => void sockets.push(socket)));
    return listen(server);
  }
  return {
    lines,
    serve: (listener) => open(createServer(listener)),
    serveRaw: (onConnection) => open(createTcpServer(onConnection)),
    client(baseUrl, options = {}) {
      const client = createHttpClient({
        name: 'upstream',
        baseUrl,
        headers: { 'X-Api-Key': API_KEY },
        timeoutMs: 5_000,
        maxConcurrent: 4,
        maxBodyBytes: 1_000_000,
        log,
        ...options,
      });
      clients.push(client);
      return client;
    },
    async close() {
      sockets.forEach((socket) => socket.destroy());
      await Promise.all(clients.map((client) => client.close()));
      await Promise.all(servers.map(stop));
    },
  };
}

/** An address where nobody listens. */
export async function refusedAddress(): Promise<string> {
  const server = createTcpServer();
  const address = await listen(server);
  await stop(server);
  return address;
}

async function listen(server: TcpServer): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const stop = (server: TcpServer): Promise<void> => new Promise((resolve) => void server.close(() => resolve()));

/** The failure that `work` ends with; any other end fails the test. */
export async function failureOf(work: Promise<unknown>): Promise<UpstreamFailure> {
  const end = await work.then(
    (answer) => new Error(`answered ${JSON.stringify(answer)}`),
    (error: unknown) => error,
  );
  if (end instanceof UpstreamFailure) return end;
  throw end;
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

export async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? undefined : JSON.parse(text);
}

import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UpstreamFailure } from '../http';
import { createLogger, createObserver } from '../observability';
import { until } from '../pubsub/testing';
import type { SocketClient, SocketClientOptions } from '.';
import type { SocketServer } from './testing';
import { recorder, socketClient, startSocketServer } from './testing';

let servers: { close(): unknown }[] = [];
let clients: SocketClient[] = [];
afterEach(async () => {
  clients.forEach((client) => client.close());
  await Promise.all(servers.map((server) => server.close()));
  [clients, servers] = [[], []];
});

async function serve(port?: number): Promise<SocketServer> {
  const server = await startSocketServer(port);
  servers.push(server);
  return server;
}
async function serveHttp(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push({
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
function open(url: string, options?: Partial<SocketClientOptions>) {
  const heard = recorder();
  const client = socketClient(url, options);
  clients.push(client);
  client.open(heard.listener);
  return { client, ...heard };
}

it('hears what is said, and gets its acknowledgements', async () => {
  const { io, url } = await serve();
  io.on('connection', (socket) => {
    socket.emit('info', { version: '2' });
    socket.on('double', (n: number, answer: (doubled: number) => void) => answer(n * 2));
  });
  const { client, events } = open(url);
  await until(() => events.length);
  expect(events).toEqual([['info', [{ version: '2' }]]]);
  expect(await client.emit('double', 21)).toBe(42);
});

it('an acknowledgement that never comes is a timeout; without a connection nothing is sent', async () => {
  const { url } = await serve();
  const { client, connections } = open(url, { timeoutMs: 100 });
  await expect(client.emit('anything')).rejects.toMatchObject({ failure: 'UNREACHABLE', certainty: 'NOT_SENT' });
  await until(() => connections());
  await expect(client.emit('anything')).rejects.toMatchObject({ failure: 'TIMEOUT', certainty: 'UNKNOWN' });
});

it('what was asked on a connection that is lost fails at once', async () => {
  const { io, url } = await serve();
  io.on('connection', (socket) => socket.on('drop me', () => socket.disconnect(true)));
  const { client, connections } = open(url, { timeoutMs: 10_000 });
  await until(() => connections());
  await expect(client.emit('drop me')).rejects.toMatchObject({ failure: 'UNREACHABLE', certainty: 'UNKNOWN' });
});

it('comes back by itself: after a restart, and after the server sent it away', async () => {
  const first = await serve();
  const { connections, losses } = open(first.url);
  await until(() => connections());
  first.io.disconnectSockets(true);
  await until(() => connections() === 2);
  await first.close();
  await until(() => losses.length > 3);
  expect(losses.at(-1)).toMatchObject({ failure: 'UNREACHABLE', message: expect.stringContaining('ECONNREFUSED') });
  await serve(Number(new URL(first.url).port));
  await until(() => connections() === 3);
});

it('waits between two tries, unless it is hurried', async () => {
  const { url, close } = await serve();
  await close();
  const { client, losses } = open(url, { backOff: { firstMs: 2 ** 30, mostMs: 2 ** 30 } });
  await until(() => losses.length);
  client.hurry();
  await until(() => losses.length === 2);
});

it.each([
  ['a page', 200, 'WRONG_SHAPE'],
  ['nothing there', 404, 'WRONG_SHAPE'],
  ['a proxy before a service that is away', 502, 'UPSTREAM_5XX'],
  ['a proxy that wants a password', 401, 'UNAUTHORIZED'],
])('tells %s (%i) as %s', async (_what, status, failure) => {
  const { losses } = open(await serveHttp((_request, response) => response.writeHead(status).end('<html>')));
  await until(() => losses.length);
  expect(losses[0]).toMatchObject({ failure, status });
});

it('does not wait for ever for who accepts and says nothing', async () => {
  const { losses } = open(await serveHttp(() => undefined), { timeoutMs: 100 });
  await until(() => losses.length);
  expect(losses[0]).toMatchObject({ failure: 'TIMEOUT' });
});

it('reads no message beyond the bound', async () => {
  const { io, url } = await serve();
  io.on('connection', (socket) => socket.emit('info', 'x'.repeat(10_000)));
  const { events, losses } = open(url, { maxMessageBytes: 5_000 });
  await until(() => losses.length);
  expect(losses[0]).toMatchObject({ failure: 'WRONG_SHAPE', message: expect.stringContaining('longer than we read') });
  expect(events).toEqual([]);
});

it('gives out nothing that could not be stored', async () => {
  const { io, url } = await serve();
  io.on('connection', (socket) => socket.emit('note', { a: 'nul \0', b: ['half \ud800'] }));
  const { events } = open(url);
  await until(() => events.length);
  expect(events).toEqual([['note', [{ a: 'nul \ufffd', b: ['half \ufffd'] }]]]);
});

it('tells the observer what was asked, and whether the connection stands', async () => {
  const observer = createObserver();
  const { url, io } = await serve();
  io.on('connection', (socket) => socket.on('double', (n: number, answer: (doubled: number) => void) => answer(n * 2)));
  const { client, connections } = open(url, { observer, timeoutMs: 50 });
  await until(() => connections());
  const recording = observer.begin({ trace: true });
  await observer.record(recording, async () => {
    await client.emit('double', 21);
    await client.emit('nothing').catch(() => undefined);
  });
  expect(recording.trace).toMatchObject([
    { kind: 'UPSTREAM', of: 'upstream', what: 'EMIT double', outcome: 'OK' },
    { kind: 'UPSTREAM', of: 'upstream', what: 'EMIT nothing', outcome: 'TIMEOUT' },
  ]);
  const isTold = async (line: string) => (await observer.metrics.expose()).text.includes(line);
  expect(await isTold('medianest_upstream_socket_connected{upstream="upstream"} 1')).toBe(true);
  client.drop(new UpstreamFailure('of no use', { upstream: 'x', failure: 'WRONG_SHAPE', certainty: 'UNKNOWN' }));
  expect(await isTold('medianest_upstream_socket_connected{upstream="upstream"} 0')).toBe(true);
  expect(await isTold('losses_total{upstream="upstream",failure="WRONG_SHAPE"} 1')).toBe(true);
});

it('keeps what is said out of its log', async () => {
  const lines: string[] = [];
  const log = createLogger({ level: 'trace', destination: { write: (line: string) => void lines.push(line) } });
  const { io, url } = await serve();
  io.on('connection', (socket) => socket.emit('secret', 'canary-1'));
  const { client, events } = open(url, { log, timeoutMs: 50 });
  await until(() => events.length);
  await client.emit('login', 'canary-2').catch((error: unknown) => lines.push(String(error)));
  client.drop(new UpstreamFailure('of no use', { upstream: 'x', failure: 'WRONG_SHAPE', certainty: 'UNKNOWN' }));
  expect(lines.join()).toContain('a socket was lost');
  expect(lines.join()).not.toContain('canary');
});

it('is silent once closed, and can be opened again', async () => {
  const { url, io } = await serve();
  const { client, connections, losses, listener } = open(url);
  await until(() => connections());
  client.close();
  await until(() => io.engine.clientsCount === 0);
  expect(losses).toEqual([]);
  client.open(listener);
  await until(() => connections() === 2);
});

import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { bodyOf, createBench, failureOf, json, refusedAddress } from './testing';
import type { Bench } from './testing';

const read = { method: 'GET', path: '/thing' } as const;
const write = { method: 'POST', path: '/thing', body: { a: 1 } } as const;

let bench: Bench;
beforeEach(() => void (bench = createBench()));
afterEach(() => bench.close());

describe('a request that arrives', () => {
  it('carries path, query, body and headers, and brings the answer back parsed', async () => {
    const seen: unknown[] = [];
    const address = await bench.serve(async (request, response) => {
      const { method, url, headers } = request;
      seen.push([method, url, headers['x-api-key'], headers['content-type'], await bodyOf(request)]);
      json(response, 201, { id: 7 });
    });
    const client = bench.client(`${address}/sub/`, { headers: { 'X-Api-Key': 'k' } });
    const answer = await client.request({ ...write, query: { q: 'a b' } });
    expect(answer).toMatchObject({ status: 201, body: { id: 7 }, text: '{"id":7}' });
    expect(seen).toEqual([['POST', '/sub/thing?q=a%20b', 'k', 'application/json', { a: 1 }]]);
  });

  it('uses one connection for calls that follow each other, and drops it before the server would', async () => {
    const sockets = new Set<Socket>();
    const address = await bench.serve((request, response) => {
      sockets.add(request.socket);
      json(response, 200, {});
    });
    const client = bench.client(address, { maxConcurrent: 1 });
    await client.request(read);
    await client.request(read);
    expect(sockets.size).toBe(1);
    const [socket] = sockets;
    const idleSince = performance.now();
    await once(socket!, 'close');
    expect(performance.now() - idleSince).toBeLessThan(4_900);
  });

  it('follows no redirect', async () => {
    const asked: (string | undefined)[] = [];
    const address = await bench.serve((request, response) => {
      asked.push(request.url);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect(await failureOf(bench.client(address).request(read))).toMatchObject({ failure: 'WRONG_SHAPE', status: 302 });
    expect(asked).toEqual(['/thing']);
  });
});

describe('a request that never left', () => {
  it('is NOT_SENT when the port is closed', async () => {
    const failure = await failureOf(bench.client(await refusedAddress()).request(write));
    expect(failure).toMatchObject({ failure: 'UNREACHABLE', certainty: 'NOT_SENT', code: 'UPSTREAM_UNAVAILABLE' });
    expect(failure.message).toBe('upstream: POST /thing failed (ECONNREFUSED)');
    expect(failure.retryable).toBe(true);
  });

  it('is NOT_SENT when TLS fails', async () => {
    const address = await bench.serve((_request, response) => json(response, 200, {}));
    const client = bench.client(address.replace('http:', 'https:'));
    expect(await failureOf(client.request(write))).toMatchObject({ failure: 'UNREACHABLE', certainty: 'NOT_SENT' });
  });

  it('is NOT_SENT when the deadline passes before the connection stands', async () => {
    const silent = await bench.serveRaw(() => undefined);
    const client = bench.client(silent.replace('http:', 'https:'));
    const failure = await failureOf(client.request({ ...write, deadlineMs: 150 }));
    expect(failure).toMatchObject({ failure: 'TIMEOUT', certainty: 'NOT_SENT' });
  });

  it('is NOT_SENT after close()', async () => {
    const client = bench.client(await bench.serve((_request, response) => json(response, 200, {})));
    await client.request(read);
    await client.close();
    expect(await failureOf(client.request(write))).toMatchObject({ failure: 'UNREACHABLE', certainty: 'NOT_SENT' });
  });
});

describe('a request that left', () => {
  it('is UNKNOWN when the connection breaks, and is not sent a second time', async () => {
    let arrived = 0;
    const address = await bench.serve(({ socket }) => {
      arrived += 1;
      socket.resetAndDestroy();
    });
    const failure = await failureOf(bench.client(address).request(write));
    expect(failure).toMatchObject({ failure: 'UNREACHABLE', certainty: 'UNKNOWN' });
    expect(arrived).toBe(1);
  });

  it('is UNKNOWN when a reused connection breaks', async () => {
    const arrived: Socket[] = [];
    const address = await bench.serve(({ socket }, response) => {
      arrived.push(socket);
      if (arrived.length === 1) json(response, 200, {});
      else socket.resetAndDestroy();
    });
    const client = bench.client(address, { maxConcurrent: 1 });
    await client.request(read);
    expect(await failureOf(client.request(write))).toMatchObject({ failure: 'UNREACHABLE', certainty: 'UNKNOWN' });
    expect(arrived).toHaveLength(2);
    expect(new Set(arrived).size).toBe(1);
  });

  it('is UNKNOWN when no header comes in time; the connection is given up', async () => {
    const closed: Promise<unknown>[] = [];
    const address = await bench.serve(({ socket }) => void closed.push(once(socket, 'close')));
    const failure = await failureOf(bench.client(address, { timeoutMs: 500 }).request(write));
    expect(failure).toMatchObject({ failure: 'TIMEOUT', certainty: 'UNKNOWN' });
    expect(await Promise.all(closed)).toHaveLength(1);
  });

  it('is UNKNOWN when the body stops half-way', async () => {
    const address = await bench.serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"half":');
    });
    const failure = await failureOf(bench.client(address).request({ ...write, deadlineMs: 500 }));
    expect(failure).toMatchObject({ failure: 'TIMEOUT', certainty: 'UNKNOWN' });
  });

  it('stops reading a body that does not end', async () => {
    const closed: Promise<unknown>[] = [];
    const address = await bench.serve((_request, response) => {
      closed.push(once(response, 'close'));
      response.writeHead(200, { 'content-type': 'application/json' });
      const pour = (): void => {
        while (!response.destroyed && response.write(' '.repeat(65_536)));
      };
      response.on('drain', pour);
      pour();
    });
    const failure = await failureOf(bench.client(address, { maxBodyBytes: 100_000 }).request(write));
    expect(failure).toMatchObject({ failure: 'WRONG_SHAPE', certainty: 'UNKNOWN' });
    expect(await Promise.all(closed)).toHaveLength(1);
  });

  it('is told apart when what answers is no HTTP server', async () => {
    const address = await bench.serveRaw((socket) => void socket.once('data', () => socket.end('550 what?\r\n')));
    const failure = await failureOf(bench.client(address).request(write));
    expect(failure).toMatchObject({ failure: 'WRONG_SHAPE', certainty: 'UNKNOWN' });
  });
});

describe('many requests at once', () => {
  const held: ServerResponse[] = [];
  const hold = (_request: IncomingMessage, response: ServerResponse): void => void held.push(response);
  beforeEach(() => void (held.length = 0));
  const until = async (happened: () => boolean): Promise<void> => {
    const giveUpAt = performance.now() + 5_000;
    while (!happened()) {
      if (performance.now() > giveUpAt) throw new Error('waited in vain');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };

  it('wait for a slot in bounded number; who finds no place hears at once, NOT_SENT', async () => {
    const address = await bench.serve(hold);
    const client = bench.client(address, { maxConcurrent: 2 });
    const calls = Array.from({ length: 2 + 50 }, () => client.request(read));
    expect(await failureOf(client.request(write))).toMatchObject({ failure: 'OVERLOADED', certainty: 'NOT_SENT' });
    for (let answered = 0; answered < calls.length; answered += 1) {
      await until(() => held.length > answered);
      expect(held.length - answered).toBeLessThanOrEqual(2);
      json(held[answered]!, 200, {});
    }
    expect(await Promise.all(calls)).toHaveLength(52);
    expect(held.map((response) => response.req.method)).not.toContain('POST');
  });

  it('end at their deadline while they wait for a slot, and are never sent', async () => {
    const address = await bench.serve(hold);
    const client = bench.client(address, { maxConcurrent: 1 });
    const first = client.request(read);
    const failure = await failureOf(client.request({ ...write, deadlineMs: 100 }));
    expect(failure).toMatchObject({ failure: 'TIMEOUT', certainty: 'NOT_SENT' });
    json(held[0]!, 200, {});
    await first;
    const third = client.request({ method: 'GET', path: '/third' });
    await until(() => held.length === 2);
    json(held[1]!, 200, {});
    await third;
    expect(held.map((response) => response.req.url)).toEqual(['/thing', '/third']);
  });
});

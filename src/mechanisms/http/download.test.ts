import { API_KEY, createBench, failureOf } from './testing';
import type { Bench } from './testing';

const BYTES = Buffer.from([0xff, 0xd8, 0xff, 0x00, 0x80]);
const picture = { path: '/picture', types: ['image/jpeg', 'image/png'], maxBytes: 1_000 };

let bench: Bench;
beforeEach(() => void (bench = createBench()));
afterEach(() => bench.close());

async function answering(status: number, type: string | undefined, body: Buffer): Promise<string> {
  return bench.serve((_request, response) => {
    response.writeHead(status, type === undefined ? {} : { 'content-type': type }).end(body);
  });
}

it('brings the bytes as they are, and asks for nothing but what it takes', async () => {
  const seen: unknown[] = [];
  const address = await bench.serve((request, response) => {
    seen.push([request.method, request.url, request.headers.accept, request.headers['x-api-key']]);
    response.writeHead(200, { 'content-type': 'IMAGE/JPEG; quality=1' }).end(BYTES);
  });
  const file = await bench.client(address).download({ ...picture, query: { width: 40 } });
  expect(file).toEqual({ type: 'image/jpeg', bytes: BYTES });
  expect(seen).toEqual([['GET', '/picture?width=40', 'image/jpeg, image/png', API_KEY]]);
});

it.each([
  ['another type', 200, 'text/html', BYTES],
  ['no type', 200, undefined, BYTES],
  ['nothing', 200, 'image/jpeg', Buffer.alloc(0)],
  ['a part', 206, 'image/jpeg', BYTES],
  ['more than is taken', 200, 'image/jpeg', Buffer.alloc(1_001)],
] as [string, ...Parameters<typeof answering>][])('%s is no picture', async (_what, ...answer) => {
  const client = bench.client(await answering(...answer));
  expect(await failureOf(client.download(picture))).toMatchObject({ failure: 'WRONG_SHAPE' });
});

it.each([
  [401, 'UNAUTHORIZED'],
  [404, 'WRONG_SHAPE'],
  [500, 'UPSTREAM_5XX'],
])('a %i is %s, whatever its body', async (status, failure) => {
  const client = bench.client(await answering(status, 'image/jpeg', BYTES));
  expect(await failureOf(client.download(picture))).toMatchObject({ failure, status });
});

it('ends at its deadline, though bytes keep coming', async () => {
  const address = await bench.serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'image/jpeg' });
    const drip = setInterval(() => response.write('.'), 10);
    response.on('close', () => clearInterval(drip));
  });
  const failure = await failureOf(bench.client(address).download({ ...picture, deadlineMs: 150 }));
  expect(failure).toMatchObject({ failure: 'TIMEOUT' });
});

it('tells no key, even when the type is made of it', async () => {
  const address = await bench.serve((request, response) => {
    response.writeHead(200, { 'content-type': String(request.headers['x-api-key']) }).end(BYTES);
  });
  expect((await failureOf(bench.client(address).download(picture))).message).not.toContain(API_KEY);
});

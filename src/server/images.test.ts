import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { API_KEY, createBench } from '../mechanisms/http/testing';
import type { Bench } from '../mechanisms/http/testing';
import type { Images } from '../mechanisms/images';
import { MAX_IMAGE_BYTES, openImages } from '../mechanisms/images';
import { createLogger } from '../mechanisms/observability';
import type { TestDoor } from './testing';
import { openTestDoor } from './testing';

/** The route as strangers meet it, with a service behind it that means no good. */

const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), randomBytes(200)]);
const NAME = { source: 'plex', path: '/library/metadata/1/thumb/1' };
const TYPES = ['image/png', 'image/svg+xml'];
const DEADLINE_MS = 500;

let bench: Bench;
let door: TestDoor;
let images: Images;
let folder: string;
let asked: string[];
let behave: RequestListener;

beforeEach(async () => {
  bench = createBench();
  asked = [];
  behave = (_request, response) => response.writeHead(200, { 'content-type': 'image/png' }).end(PNG);
  const url = await bench.serve((request, response) => {
    asked.push(request.url ?? '');
    behave(request, response);
  });
  const client = bench.client(url, { timeoutMs: DEADLINE_MS });
  folder = mkdtempSync(path.join(os.tmpdir(), 'medianest-images-'));
  images = await openImages({
    key: randomBytes(32),
    folder,
    sources: new Map([
      [
        'plex',
        async (wanted) => {
          const { type, bytes } = await client.download({ path: wanted, types: TYPES, maxBytes: MAX_IMAGE_BYTES });
          return { contentType: type, bytes };
        },
      ],
    ]),
    clock: () => new Date(),
    log: createLogger({ level: 'trace', destination: { write: (line: string) => void bench.lines.push(line) } }),
  });
  door = await openTestDoor({ images });
});
afterEach(async () => {
  await door.close();
  await bench.close();
  rmSync(folder, { recursive: true, force: true });
});

const get = (url: string, headers: Record<string, string> = {}) => door.server.fastify.inject({ url, headers });
const codeOf = (body: string): unknown =>
  (JSON.parse(body) as { errors: { extensions: { code: string } }[] }).errors[0];

it('shows a picture, to be kept, and says nothing of it to whoever has it', async () => {
  const address = images.addressOf(NAME);
  const shown = await get(address);
  expect([shown.statusCode, shown.rawPayload.equals(PNG), asked]).toEqual([200, true, [NAME.path]]);
  expect(shown.headers).toMatchObject({
    'content-type': 'image/png',
    'cache-control': 'public, max-age=604800, immutable',
    etag: expect.stringMatching(/^"[\w-]+"$/),
  });
  const etag = String(shown.headers.etag);
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const again = await get(address, { 'if-none-match': known });
    expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', etag]);
  }
  expect((await get(address, { 'if-none-match': '"other"' })).statusCode).toBe(200);
  expect((await door.server.fastify.inject({ method: 'HEAD', url: address })).statusCode).toBe(200);
  expect(asked).toHaveLength(1);
});

it('runs nothing that a picture brings', async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
  behave = (_request, response) => response.writeHead(200, { 'content-type': 'image/svg+xml' }).end(svg);
  const shown = await get(images.addressOf(NAME));
  expect([shown.statusCode, shown.body, shown.headers['content-type']]).toEqual([200, svg, 'image/svg+xml']);
  expect(shown.headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/);
});

describe('refuses', () => {
  it.each<[string, (address: string) => string]>([
    ['no seal at all', () => '/images/plex?path=/library/metadata/1/thumb/1'],
    ['nothing', () => '/images/plex'],
    ['a forged seal', (address) => address.replace(/seal=.*/, `seal=${randomBytes(16).toString('base64url')}`)],
    ['two seals', (address) => `${address}&seal=x`],
    ['two paths', (address) => `${address}&path=/identity`],
    ['a path that climbs', (address) => address.replace('thumb', 'thumb%2F..%2F..%2F..%2F..%2Fetc')],
    ['another host', (address) => address.replace(/path=[^&]*/, 'path=http%3A%2F%2F169.254.169.254%2F')],
    ['another source', (address) => address.replace('/images/plex', '/images/overseerr')],
    ['a source that climbs', (address) => address.replace('/images/plex', '/images/..%2F..%2Fetc')],
  ])('%s, and asks nobody', async (_what, change) => {
    const shown = await get(change(images.addressOf(NAME)));
    expect([shown.statusCode, shown.headers['cache-control']]).toEqual([403, 'no-store']);
    expect(codeOf(shown.body)).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    expect(asked).toEqual([]);
  });
});

describe('a service that', () => {
  const endless: RequestListener = (_request, response) => {
    response.writeHead(200, { 'content-type': 'image/png' }).write(PNG);
    const drip = setInterval(() => response.write('.'), 20);
    response.on('close', () => clearInterval(drip));
  };
  const huge: RequestListener = (_request, response) => {
    response.writeHead(200, { 'content-type': 'image/png', 'content-length': 100 * 1024 * 1024 });
    const chunk = Buffer.alloc(1024 * 1024);
    const more = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', more).on('error', () => undefined);
    more();
  };
  const page: RequestListener = (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html><script>alert(1)</script>');
  const disguised: RequestListener = (_request, response) =>
    response.writeHead(200, { 'content-type': 'image/png' }).end('<html><script>alert(1)</script>');
  const elsewhere: RequestListener = (_request, response) =>
    response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
  const missing: RequestListener = (_request, response) => response.writeHead(404).end('<html>no such thing');
  const broken: RequestListener = (_request, response) => response.writeHead(500).end(`key ${API_KEY}`);

  it.each([
    ['does not end', endless, 502],
    ['sends 100 MB', huge, 404],
    ['sends a page', page, 404],
    ['sends a page as a picture', disguised, 404],
    ['leads elsewhere', elsewhere, 404],
    ['has no such picture', missing, 404],
    ['is broken', broken, 502],
  ])('%s: nothing of it is shown or kept, and no word of it', async (_what, listener, status) => {
    behave = listener;
    const shown = await get(images.addressOf(NAME));
    expect([shown.statusCode, shown.headers['cache-control']]).toEqual([status, 'no-store']);
    expect(Object.keys(JSON.parse(shown.body) as object)).toEqual(['errors']);
    expect(shown.body).not.toMatch(/script|html|169\.254/);
    expect(bench.lines.join()).not.toContain(API_KEY);
    behave = (_request, response) => response.writeHead(200, { 'content-type': 'image/png' }).end(PNG);
    expect((await get(images.addressOf(NAME))).statusCode).toBe(200);
  });
});

it('of 40 pictures on a page asks 40 times when they are new, and never again', async () => {
  const page = Array.from({ length: 40 }, (_, n) =>
    images.addressOf({ ...NAME, path: `/library/metadata/${n}/thumb/1` }),
  );
  const shown = async () =>
    (await Promise.all(page.map((address) => get(address)))).map(({ statusCode }) => statusCode);
  expect(new Set(await shown())).toEqual(new Set([200]));
  expect(asked).toHaveLength(40);
  expect(new Set(await shown())).toEqual(new Set([200]));
  expect(asked).toHaveLength(40);
});

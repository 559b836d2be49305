import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { InvalidInput } from '../errors';
import { UpstreamFailure } from '../http';
import { createLogger, createObserver } from '../observability';
import type { ImageAddress, Images, ImageSource, ImagesOptions } from '.';
import { MAX_IMAGE_BYTES, openImages } from '.';
import { isImage } from './image-type';

const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const png = (size = 100): Buffer => Buffer.concat([PNG, randomBytes(size)]);
const poster = (n: number) => ({ source: 'plex', path: `/library/metadata/${n}/thumb/1` });
const WEEK_MS = 7 * 24 * 3_600_000;
const key = randomBytes(32);

let folder: string;
let now: number;
let asked: string[];
let answer: ImageSource;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'medianest-images-'));
  now = Date.UTC(2026, 4, 1);
  asked = [];
  answer = async () => ({ contentType: 'image/png', bytes: png() });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (options: Partial<ImagesOptions> = {}): Promise<Images> =>
  openImages({
    key,
    folder,
    sources: new Map([['plex', async (wanted) => (asked.push(wanted), answer(wanted))]]),
    clock: () => new Date(now),
    log: createLogger({ level: 'silent' }),
    ...options,
  });
/** What a browser sends for an address. */
function parsed(address: string): ImageAddress {
  const { pathname, searchParams } = new URL(address, 'http://host');
  const source = decodeURIComponent(pathname.replace('/images/', ''));
  return { source, ...(Object.fromEntries(searchParams) as Omit<ImageAddress, 'source'>) };
}

describe('addresses', () => {
  it('are the same for a week, good for two, and name nothing but the picture', async () => {
    const images = await open();
    const address = images.addressOf(poster(1));
    expect(address).toMatch(/^\/images\/plex\?path=%2Flibrary%2Fmetadata%2F1%2Fthumb%2F1&week=\d+&seal=[\w-]{22}$/);
    expect(images.addressOf(poster(1))).toBe(address);
    now += WEEK_MS;
    expect(images.addressOf(poster(1))).not.toBe(address);
    expect(await images.show(parsed(address))).toMatchObject({ kind: 'IMAGE' });
    now += WEEK_MS;
    expect(await images.show(parsed(address))).toEqual({ kind: 'REFUSED' });
    now -= 3 * WEEK_MS;
    expect(await images.show(parsed(address))).toEqual({ kind: 'REFUSED' });
  });

  it.each<[string, (address: ImageAddress) => Partial<ImageAddress>]>([
    ['another path', () => ({ path: '/library/metadata/2/thumb/1' })],
    ['a path that climbs', ({ path: from }) => ({ path: `${from}/../../../../../etc/passwd` })],
    ['another host', () => ({ path: 'http://169.254.169.254/latest' })],
    ['another source', () => ({ source: 'overseerr' })],
    ['a later week', ({ week }) => ({ week: String(Number(week) + 1) })],
    ['no seal', () => ({ seal: '' })],
    ['a seal of somebody else', () => ({ seal: randomBytes(16).toString('base64url') })],
    ['half a seal', ({ seal }) => ({ seal: seal.slice(0, 11) })],
  ])('with %s are refused, and nobody is asked', async (_what, change) => {
    const images = await open();
    const address = parsed(images.addressOf(poster(1)));
    expect(await images.show({ ...address, ...change(address) })).toEqual({ kind: 'REFUSED' });
    expect(asked).toEqual([]);
  });

  it('of another key are refused', async () => {
    const other = await open({ key: randomBytes(32) });
    expect(await (await open()).show(parsed(other.addressOf(poster(1))))).toEqual({ kind: 'REFUSED' });
  });
});

describe('pictures', () => {
  it('are asked for once, by all who look at the same time and after a restart', async () => {
    const bytes = png();
    answer = async () => ({ contentType: 'image/png', bytes });
    const images = await open();
    const address = parsed(images.addressOf(poster(1)));
    const shown = await Promise.all([images.show(address), images.show(address), images.show(address)]);
    const again = await (await open()).show(address);
    for (const one of [...shown, again]) expect(one).toMatchObject({ kind: 'IMAGE', type: 'image/png', bytes });
    expect(asked).toEqual(['/library/metadata/1/thumb/1']);
  });

  it('are asked for once, though a disk tells somebody late that it had nothing', async () => {
    const images = await open();
    const address = parsed(images.addressOf(poster(1)));
    const { readFile } = fs;
    let first: Promise<unknown> | undefined;
    const reading = jest.spyOn(fs, 'readFile').mockImplementation(async (...asking) => {
      const read = readFile(...asking);
      if (first) await Promise.allSettled([read, first]);
      return read;
    });
    first = images.show(address);
    await Promise.all([first, images.show(address)]);
    reading.mockRestore();
    expect(asked).toHaveLength(1);
  });

  it('are counted by whether they were kept', async () => {
    const observer = createObserver();
    const images = await open({ observer });
    for (let n = 0; n < 3; n += 1) await images.show(parsed(images.addressOf(poster(1))));
    const { text } = await observer.metrics.expose();
    expect(text).toContain('medianest_cache_reads_total{connection="plex",outcome="MISS"} 1');
    expect(text).toContain('medianest_cache_reads_total{connection="plex",outcome="HIT"} 2');
  });

  it('have an etag of their bytes', async () => {
    const images = await open();
    const [one, other] = await Promise.all([1, 2].map((n) => images.show(parsed(images.addressOf(poster(n))))));
    expect(one).toMatchObject({ etag: expect.stringMatching(/^"[\w-]{43}"$/) });
    expect(one).not.toMatchObject({ etag: (other as { etag: string }).etag });
  });

  it.each<[string, Awaited<ReturnType<ImageSource>>]>([
    ['a page', { contentType: 'text/html', bytes: Buffer.from('<html>') }],
    ['a page that says it is a picture', { contentType: 'image/png', bytes: Buffer.from('<html><script>') }],
    ['a picture of another type', { contentType: 'image/jpeg', bytes: png() }],
    ['nothing', { contentType: 'image/png', bytes: Buffer.alloc(0) }],
    ['too much', { contentType: 'image/png', bytes: png(MAX_IMAGE_BYTES) }],
    ['a type of an object', { contentType: 'constructor', bytes: png() }],
  ])('that are %s are not shown and not kept', async (_what, sent) => {
    answer = async () => sent;
    const images = await open();
    expect(await images.show(parsed(images.addressOf(poster(1))))).toEqual({ kind: 'NOT_FOUND' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['NOT_FOUND', new InvalidInput('this is no path of a picture', ['path'])],
    ['NOT_FOUND', new UpstreamFailure('x', { upstream: 'plex', failure: 'WRONG_SHAPE', certainty: 'UNKNOWN' })],
    ['UNAVAILABLE', new UpstreamFailure('x', { upstream: 'plex', failure: 'TIMEOUT', certainty: 'UNKNOWN' })],
  ])('that a source does not give are %s', async (kind, error) => {
    answer = () => Promise.reject(error);
    const images = await open();
    const address = parsed(images.addressOf(poster(1)));
    expect(await images.show(address)).toEqual({ kind });
    answer = async () => ({ contentType: 'image/png', bytes: png() });
    expect(await images.show(address)).toMatchObject({ kind: 'IMAGE' });
  });

  it('hide no bug', async () => {
    answer = () => Promise.reject(new TypeError('a bug'));
    const images = await open();
    await expect(images.show(parsed(images.addressOf(poster(1))))).rejects.toThrow('a bug');
  });

  it('are asked for two at a time', async () => {
    let [running, most] = [0, 0];
    answer = async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      return { contentType: 'image/png', bytes: png() };
    };
    const images = await open();
    await Promise.all(Array.from({ length: 9 }, (_, n) => images.show(parsed(images.addressOf(poster(n))))));
    expect(most).toBe(2);
  });
});

describe('the disk', () => {
  const showAll = async (images: Images, ...numbers: number[]) => {
    for (const n of numbers) await images.show(parsed(images.addressOf(poster(n))));
  };

  it('keeps what was looked at last, and no more than it may', async () => {
    answer = async () => ({ contentType: 'image/png', bytes: png(1_000) });
    const images = await open({ maxDiskBytes: 3_500 });
    await showAll(images, 1, 2, 3, 1, 4);
    const kept = readdirSync(folder).map((name) => statSync(path.join(folder, name)).size);
    expect(kept.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(3_500);
    asked = [];
    await showAll(images, 1, 3, 4);
    expect(asked).toEqual([]);
    await showAll(images, 2);
    expect(asked).toHaveLength(1);
  });

  it('counts what was there before', async () => {
    answer = async () => ({ contentType: 'image/png', bytes: png(1_000) });
    await showAll(await open(), 1, 2, 3);
    await showAll(await open({ maxDiskBytes: 2_500 }), 4);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it('shows nothing that is damaged, whatever became of it', async () => {
    const images = await open();
    const address = parsed(images.addressOf(poster(1)));
    await images.show(address);
    const [name] = readdirSync(folder);
    const file = path.join(folder, name!);
    const whole = readFileSync(file);
    const damages = [whole.subarray(0, 60), Buffer.alloc(0), Buffer.concat([whole, PNG]), Buffer.from('{"type":1}\nx')];
    for (const damage of damages) {
      writeFileSync(file, damage);
      expect(await images.show(address)).toMatchObject({ kind: 'IMAGE' });
    }
    expect(asked).toHaveLength(1 + damages.length);
  });

  it('that takes nothing is no reason not to show', async () => {
    const images = await open();
    rmSync(folder, { recursive: true });
    expect(await images.show(parsed(images.addressOf(poster(1))))).toMatchObject({ kind: 'IMAGE' });
  });
});

it.each([
  ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>', true],
  ['image/svg+xml', '<?xml version="1.0"?>\n<!-- drawn -->\n<svg></svg>', true],
  ['image/svg+xml', '<html><svg></svg></html>', false],
  ['image/svg+xml', 'svg', false],
  ['image/gif', 'GIF89a....', true],
  ['image/webp', 'RIFF\x00\n\x00\x00WEBPVP8 ', true],
  ['image/webp', 'RIFF....WAVE', false],
  ['image/jpeg', '\xff\xd8\xff\xe0', true],
  ['image/tiff', 'II*\x00', false],
])('%s that begins with %j: %s', (type, text, is) => {
  expect(isImage(type, Buffer.from(text, 'latin1'))).toBe(is);
});

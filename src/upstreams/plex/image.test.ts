import { InvalidInput } from '../../mechanisms/errors';
import { failureOf } from '../../mechanisms/http/testing';
import { createPlexBench, TOKEN } from './testing';
import type { PlexBench } from './testing';

let bench: PlexBench;
beforeEach(() => void (bench = createPlexBench()));
afterEach(() => bench.close());

const BYTES = Buffer.from([0xff, 0xd8, 0xff]);
const picture = (type = 'image/jpeg', bytes = BYTES) =>
  bench.plex((_request, response) => void response.writeHead(200, { 'content-type': type }).end(bytes));

it.each([
  '/library/metadata/1/thumb/1759913703',
  '/library/collections/161/composite/1663510762?width=400&height=600',
  '/library/metadata/1/art/17-a_b.c~d',
])('%s is fetched, with the token in a header', async (path) => {
  const tokens: unknown[] = [];
  const plex = await bench.plex(({ headers }, response) => {
    tokens.push(headers['x-plex-token']);
    response.writeHead(200, { 'content-type': 'image/jpeg' }).end(BYTES);
  });
  expect(await plex.image(path)).toEqual({ contentType: 'image/jpeg', bytes: BYTES });
  expect(bench.asked.map(({ pathname, search }) => pathname + search)).toEqual([path]);
  expect(tokens).toEqual([TOKEN]);
});

it.each([
  'http://elsewhere/library/metadata/1/thumb/1',
  '//elsewhere/library/metadata/1/thumb/1',
  '/library//elsewhere',
  '/library',
  '/library/',
  '/:/resources/movie.png',
  '/photo/:/transcode?url=/library/metadata/1/thumb/1',
  '/library/../:/prefs',
  '/library/metadata/..',
  '/library/./metadata',
  '/library/%2e%2e/prefs',
  '/library/metadata/1/thumb/1?X-Plex-Token=x',
  '/library/metadata/1/thumb/1?width=400&url=http://elsewhere',
  '/library/metadata/1/thumb/1#a',
  '/library\\..\\prefs',
  '/library/metadata/1/thumb/1\n',
  ' /library/metadata/1/thumb/1',
  `/library/${'a'.repeat(500)}`,
  '',
])('%j is no path of a picture, and is not asked for', async (path) => {
  const plex = await picture();
  await expect(plex.image(path)).rejects.toBeInstanceOf(InvalidInput);
  expect(bench.asked).toEqual([]);
});

it.each([['text/html'], ['application/json'], ['image/svg'], ['video/mp4']])('%s is no picture', async (type) => {
  const plex = await picture(type);
  expect(await failureOf(plex.image('/library/metadata/1/thumb/1'))).toMatchObject({ failure: 'WRONG_SHAPE' });
});

it('more than 10 MB is no picture', async () => {
  const plex = await picture('image/png', Buffer.alloc(10 * 1024 * 1024 + 1));
  expect(await failureOf(plex.image('/library/metadata/1/thumb/1'))).toMatchObject({ failure: 'WRONG_SHAPE' });
});

describe('in a size', () => {
  const size = { width: 300, height: 450 };
  const wanted = '/library/collections/1/composite/2?width=400&height=600';
  const transcoded =
    /^\/photo\/:\/transcode\?url=%2Flibrary%2Fcollections%2F1%2Fcomposite%2F2%3Fwidth%3D400%26height%3D600&width=300&height=450/;
  const paths = () => bench.asked.map(({ pathname, search }) => pathname + search);

  it('it is scaled by Plex', async () => {
    const plex = await picture();
    expect(await plex.image(wanted, size)).toMatchObject({ bytes: BYTES });
    expect(paths()).toEqual([expect.stringMatching(transcoded)]);
  });

  it.each([400, 404, 500])('the original has to do when Plex answers %i to that', async (status) => {
    const plex = await bench.plex(({ url }, response) => {
      if (url!.startsWith('/photo/')) return void response.writeHead(status, { 'content-type': 'text/html' }).end('no');
      response.writeHead(200, { 'content-type': 'image/png' }).end(BYTES);
    });
    expect(await plex.image(wanted, size)).toMatchObject({ contentType: 'image/png' });
    expect(paths()).toEqual([expect.stringMatching(transcoded), wanted]);
  });

  it('nothing else is asked for when our token is refused', async () => {
    const plex = await bench.plex((_request, response) => void response.writeHead(401).end());
    expect(await failureOf(plex.image(wanted, size))).toMatchObject({ failure: 'UNAUTHORIZED' });
    expect(bench.asked).toHaveLength(1);
  });

  it.each([
    { width: 0, height: 1 },
    { width: 1, height: 4_001 },
    { width: 1.5, height: 1 },
  ])('%p is none', async (wrong) => {
    await expect((await picture()).image(wanted, wrong)).rejects.toBeInstanceOf(InvalidInput);
  });
});

import { readdirSync } from 'node:fs';
import { InvalidInput } from '../../mechanisms/errors';
import { createBench, failureOf, json } from '../../mechanisms/http/testing';
import type { Bench } from '../../mechanisms/http/testing';
import { createOverseerrClient } from './client';
import type { OverseerrClient } from './overseerr';
import { recording, RECORDINGS, replay } from './testing';
import type { Arrived } from './testing';

let bench: Bench;
let arrived: Arrived[];
beforeEach(() => {
  bench = createBench();
  arrived = [];
});
afterEach(() => bench.close());

const clientOf = (address: string): OverseerrClient => createOverseerrClient({ http: bench.client(address) });
const replaying = async (...names: string[]): Promise<OverseerrClient> =>
  clientOf(await bench.serve(replay(names, arrived)));
const answering = async (body: unknown): Promise<OverseerrClient> =>
  clientOf(await bench.serve((_request, response) => json(response, 200, body)));

const BOTH = [
  '002-status',
  '004-settings-public-no-auth',
  '005-auth-me',
  '008-auth-wrong-key',
  '010-auth-wrong-key-post-request',
  '011-auth-missing-key-post-request',
  '042-search-mixed',
  '069-movie-tmdb-down',
  '070-request-tmdb-down',
  '071-movie',
  '075-movie-unknown',
  '092-request-movie-pending',
  '093-movie-after-request',
  '095-request-duplicate-same-user',
  '098-request-movie-admin-auto-approved',
  '104-request-no-permission',
  '107-request-on-behalf-forbidden',
  '109-request-on-behalf-unknown-user',
  '111-request-movie-quota-exceeded',
  '119-request-tv-nothing-left',
  '129-request-unknown-tmdb-id',
  '177-request-approve',
  '190-request-retry',
  '197-media-list',
  '222-tv-with-media-info',
];
const SEERR_ONLY = ['285-blocklist-request', '286-blocklist-movie', '502-csrf-post-with-api-key'];

it('has every recording that it replays, and no other', () => {
  const replayed = [...BOTH, ...SEERR_ONLY].map((name) => `seerr-${name}.json`);
  replayed.push(...BOTH.map((name) => `overseerr-${name}.json`));
  expect(readdirSync(RECORDINGS).sort()).toEqual(replayed.sort());
});

describe.each(['seerr', 'overseerr'])('%s', (flavour) => {
  const identity = ['004-settings-public-no-auth', '002-status', '005-auth-me'].map((name) => `${flavour}-${name}`);

  it('says what it is', async () => {
    const known = flavour === 'seerr' ? ['SEERR', '3.1.0'] : ['OVERSEERR', '1.34.0'];
    const client = await replaying(...identity);
    expect(await client.identify()).toMatchObject({ flavour: known[0], version: known[1] });
  });

  it('describes a film that nobody asked for', async () => {
    const client = await replaying(`${flavour}-071-movie`);
    expect(await client.title('MOVIE', 550)).toEqual({
      type: 'MOVIE',
      tmdbId: 550,
      title: 'Fight Club',
      year: 1999,
      overview: expect.stringMatching(/\w/) as string,
      posterPath: '/pB8BM7pdSp6B6Ih7QZ4DrQ3PmJK.jpg',
      media: null,
    });
  });

  it('describes a film with its request', async () => {
    const name = `${flavour}-093-movie-after-request`;
    const { mediaInfo } = recording(name).response.body as { mediaInfo: { requests: { createdAt: string }[] } };
    const createdAt = mediaInfo.requests[0]!.createdAt;
    const { media } = await (await replaying(name)).title('MOVIE', 550);
    expect(media).toEqual({
      id: 1,
      status: 'PENDING',
      status4k: 'UNKNOWN',
      plexUrl: null,
      requests: [{ id: 1, status: 'PENDING', is4k: false, createdAt, requestedByUserId: 2, seasons: [] }],
    });
  });

  it('describes an available series with the seasons of its requests', async () => {
    const title = await (await replaying(`${flavour}-222-tv-with-media-info`)).title('TV', 1399);
    expect(title).toMatchObject({ type: 'TV', tmdbId: 1399, title: 'Game of Thrones', year: 2011 });
    expect(title.media).toMatchObject({ status: 'AVAILABLE', status4k: 'UNKNOWN' });
    const first = title.media?.requests.find((request) => request.seasons.includes(1));
    // The request of an available title is finished in Seerr, and merely approved in Overseerr.
    expect(first?.status).toBe(flavour === 'seerr' ? 'COMPLETED' : 'APPROVED');
  });

  it.each(['069-movie-tmdb-down', '075-movie-unknown'])('%s is a failure of the upstream', async (name) => {
    const { path } = recording(`${flavour}-${name}`).request;
    const client = await replaying(`${flavour}-${name}`);
    const failure = await failureOf(client.title('MOVIE', Number(/\d+$/.exec(path)?.[0])));
    expect(failure).toMatchObject({ failure: 'UPSTREAM_5XX', status: 500 });
    expect(client.isUndescribed(failure)).toBe(true);
  });

  it('finds films among persons and collections', async () => {
    const page = await (await replaying(`${flavour}-042-search-mixed`)).search('matrix', 1);
    expect(page).toMatchObject({ page: 1, totalPages: 1, totalResults: 5 });
    expect(page.titles.map(({ type, tmdbId, title, year, media }) => [type, tmdbId, title, year, media])).toEqual([
      ['MOVIE', 603, 'The Matrix', 1999, null],
      ['MOVIE', 604, 'The Matrix Reloaded', 2003, null],
      ['MOVIE', 605, 'The Matrix Revolutions', 2003, null],
    ]);
  });

  it('lists what it knows of', async () => {
    const { media, total } = await (await replaying(`${flavour}-197-media-list`)).availability(0, 50);
    expect(total).toBe(15);
    expect(media).toHaveLength(15);
    expect(media[0]).toMatchObject({ type: 'MOVIE', tmdbId: 13 });
    expect(media.find(({ tmdbId }) => tmdbId === 900020)).toMatchObject({ type: 'TV' });
    expect(media).toContainEqual({ type: 'MOVIE', tmdbId: 155, status: 'UNKNOWN', status4k: 'PENDING' });
    expect(arrived[0]?.url).toBe('/api/v1/media?take=50&skip=0&sort=added');
  });

  it('approves and retries', async () => {
    const client = await replaying(`${flavour}-177-request-approve`, `${flavour}-190-request-retry`);
    await client.approveRequest(1);
    await client.retryRequest(3);
    expect(arrived.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['POST', '/api/v1/request/1/approve', undefined],
      ['POST', '/api/v1/request/3/retry', undefined],
    ]);
  });

  it('refuses a wrong key', async () => {
    const { response } = recording(`${flavour}-008-auth-wrong-key`);
    const settings = recording(`${flavour}-004-settings-public-no-auth`).response;
    const address = await bench.serve((request, answer) => {
      const { status, body } = request.url === '/api/v1/auth/me' ? response : settings;
      json(answer, status, body);
    });
    expect(await failureOf(clientOf(address).identify())).toMatchObject({ failure: 'UNAUTHORIZED', status: 403 });
  });
});

describe('what upstreams may also say', () => {
  const described = { id: 5, title: '', releaseDate: '', overview: null };
  const media = { id: 9, status: 42, status4k: 6, requests: [] };
  const request = { id: 3, status: 17, is4k: true, createdAt: '2026-01-01T00:00:00.000Z', requestedBy: null };

  it('a title of which hardly anything is known', async () => {
    expect(await (await answering(described)).title('MOVIE', 5)).toEqual({
      type: 'MOVIE',
      tmdbId: 5,
      title: null,
      year: null,
      overview: null,
      posterPath: null,
      media: null,
    });
  });

  it('numbers that have no name yet', async () => {
    const client = await answering({ ...described, mediaInfo: { ...media, requests: [request] } });
    expect((await client.title('MOVIE', 5)).media).toEqual({
      id: 9,
      status: 'UNKNOWN',
      status4k: 'BLOCKLISTED',
      plexUrl: null,
      requests: [
        { id: 3, status: 'UNKNOWN', is4k: true, createdAt: request.createdAt, requestedByUserId: null, seasons: [] },
      ],
    });
    expect(client.strange()).toEqual(['media status 42', 'request status 17']);
  });

  it('a blocklisted film', async () => {
    const { media: known } = await (await replaying('seerr-286-blocklist-movie')).title('MOVIE', 910020);
    expect(known).toMatchObject({ status: 'BLOCKLISTED', status4k: 'BLOCKLISTED', requests: [] });
  });

  it.each([
    [{ plexUrl: 'https://app.plex.tv/a' }, 'https://app.plex.tv/a'],
    [{ mediaUrl: 'http://jellyfin.lan/b' }, 'http://jellyfin.lan/b'],
    [{ mediaUrl: 'javascript:alert(1)' }, null],
  ])('where it plays: %p', async (links, plexUrl) => {
    const client = await answering({ ...described, mediaInfo: { ...media, ...links } });
    expect((await client.title('MOVIE', 5)).media?.plexUrl).toBe(plexUrl);
  });

  it('search results with media, which come without requests', async () => {
    const { requests: _none, ...bare } = media;
    const results = [
      { id: 5, mediaType: 'tv', name: 'A', firstAirDate: '2020-01-01', mediaInfo: bare },
      { id: 6, mediaType: 'something-else' },
    ];
    const page = await (await answering({ page: 1, totalPages: 1, totalResults: 2, results })).search('a', 1);
    expect(page.titles).toMatchObject([{ type: 'TV', title: 'A', year: 2020, media: { id: 9, requests: [] } }]);
  });

  it('a failure in other words, which says nothing about the title', async () => {
    const client = clientOf(await bench.serve((_request, response) => json(response, 500, { message: 'SQLITE_BUSY' })));
    expect(client.isUndescribed(await failureOf(client.title('MOVIE', 5)))).toBe(false);
  });

  it('another shape, which is named and not believed', async () => {
    const { requests: _none, ...bare } = media;
    // Taken for "no requests", this would make us ask twice.
    const client = await answering({ ...described, mediaInfo: bare });
    const failure = await failureOf(client.title('MOVIE', 5));
    expect(failure).toMatchObject({ failure: 'WRONG_SHAPE', upstream: 'overseerr' });
    expect(failure.message).toBe('overseerr answered another shape than expected, at mediaInfo.requests');
    expect(await failureOf((await answering([])).search('a', 1))).toMatchObject({ failure: 'WRONG_SHAPE' });
    expect(await failureOf((await answering(null)).identify())).toMatchObject({ failure: 'WRONG_SHAPE' });
  });
});

describe('what is never sent', () => {
  it.each([0, -1, 1.5, NaN, 2 ** 53])('the id %p', async (id) => {
    const client = await replaying();
    await expect(client.title('TV', id)).rejects.toThrow(InvalidInput);
    await expect(client.approveRequest(id)).rejects.toThrow(InvalidInput);
    await expect(client.retryRequest(id)).rejects.toThrow(InvalidInput);
    await expect(client.search('a', id)).rejects.toThrow(InvalidInput);
    expect(arrived).toEqual([]);
  });

  it('an empty search', async () => {
    const client = await replaying();
    expect(await client.search('  ', 1)).toEqual({ titles: [], page: 1, totalPages: 0, totalResults: 0 });
    expect(arrived).toEqual([]);
  });

  it('a raw reserved sign in a search', async () => {
    const client = await replaying('seerr-042-search-mixed');
    await client.search('(lab)!* it\'s: "é"', 2);
    expect(arrived[0]?.url).toBe('/api/v1/search?query=%28lab%29%21%2A%20it%27s%3A%20%22%C3%A9%22&page=2');
  });
});

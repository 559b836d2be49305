import { API_KEY, createBench, json, refusedAddress } from '../../mechanisms/http/testing';
import type { Bench } from '../../mechanisms/http/testing';
import { createOverseerrClient } from './client';
import type { CreateOutcome, NewRequest } from './overseerr';
import { recording, replay } from './testing';
import type { Arrived } from './testing';

let bench: Bench;
beforeEach(() => void (bench = createBench()));
afterEach(() => bench.close());

const film: NewRequest = { type: 'MOVIE', tmdbId: 550, is4k: false };
const ask = (address: string, input = film, timeoutMs = 5_000): Promise<CreateOutcome> =>
  createOverseerrClient({ http: bench.client(address, { timeoutMs }) }).createRequest(input);
const answering = async (name: string, input = film): Promise<CreateOutcome> =>
  ask(await bench.serve(replay([name])), input);

/** What a server says beyond its recordings. */
const saying = async (status: number, text: string, contentType = 'application/json'): Promise<CreateOutcome> =>
  ask(
    await bench.serve(
      (_request, response) => void response.writeHead(status, { 'content-type': contentType }).end(text),
    ),
  );

describe.each(['seerr', 'overseerr'])('%s', (flavour) => {
  it('creates a request that waits for approval', async () => {
    const arrived: Arrived[] = [];
    const name = `${flavour}-092-request-movie-pending`;
    const outcome = await ask(await bench.serve(replay([name], arrived)));
    const { createdAt } = recording(name).response.body as { createdAt: string };
    expect(outcome).toEqual({
      kind: 'CREATED',
      request: { id: 1, status: 'PENDING', is4k: false, createdAt, requestedByUserId: 2, seasons: [] },
      mediaId: 1,
    });
    expect(arrived).toEqual([
      { method: 'POST', url: '/api/v1/request', key: API_KEY, body: recording(name).request.body },
    ]);
  });

  it('creates a request that is approved at once', async () => {
    const outcome = await answering(`${flavour}-098-request-movie-admin-auto-approved`);
    expect(outcome).toMatchObject({ kind: 'CREATED', request: { id: 3, status: 'APPROVED' }, mediaId: 2 });
  });

  it('says that there is one already', async () => {
    expect(await answering(`${flavour}-095-request-duplicate-same-user`)).toEqual({ kind: 'CONFLICT' });
  });

  it('takes 202 for the refusal it is', async () => {
    const series: NewRequest = { type: 'TV', tmdbId: 1399, is4k: false, seasons: [1, 2, 3] };
    const arrived: Arrived[] = [];
    const name = `${flavour}-119-request-tv-nothing-left`;
    const outcome = await ask(await bench.serve(replay([name], arrived)), series);
    expect(outcome).toEqual({ kind: 'NOTHING_TO_REQUEST' });
    expect(arrived[0]?.body).toEqual(recording(name).request.body);
  });

  it.each([
    ['111-request-movie-quota-exceeded', 'UPSTREAM_QUOTA', 'Movie Quota exceeded.'],
    ['104-request-no-permission', 'UPSTREAM_PERMISSION', 'You do not have permission to make movie requests.'],
    [
      '107-request-on-behalf-forbidden',
      'UPSTREAM_PERMISSION',
      'You do not have permission to modify the request user.',
    ],
    [
      '129-request-unknown-tmdb-id',
      'NO_SUCH_TITLE',
      '[TMDB] Failed to fetch movie details: Request failed with status code 404',
    ],
  ])('%s is rejected: %s', async (name, code, detail) => {
    expect(await answering(`${flavour}-${name}`)).toEqual({ kind: 'REJECTED', code, detail });
  });

  it('rejects for a user that it does not have', async () => {
    const name = `${flavour}-109-request-on-behalf-unknown-user`;
    const detail = 'It has no user 999: correct UPSTREAM_USERS.';
    expect(await answering(name, { ...film, tmdbId: 13, userId: 999 })).toEqual({
      kind: 'REJECTED',
      code: 'UPSTREAM_PERMISSION',
      detail,
    });
  });

  it.each([
    ['010-auth-wrong-key-post-request', 'UNAUTHORIZED', 'NOT_SENT'],
    ['011-auth-missing-key-post-request', 'UNAUTHORIZED', 'NOT_SENT'],
    ['070-request-tmdb-down', 'UPSTREAM_5XX', 'NOT_SENT'],
  ])('%s failed: %s, %s', async (name, cause, certainty) => {
    expect(await answering(`${flavour}-${name}`)).toMatchObject({ kind: 'FAILED', cause, certainty });
  });
});

describe('what only Seerr says', () => {
  it('rejects a blocklisted title', async () => {
    const outcome = await answering('seerr-285-blocklist-request');
    expect(outcome).toEqual({ kind: 'REJECTED', code: 'BLOCKLISTED', detail: 'This media is blocklisted.' });
  });

  it('cannot be used while CSRF protection is on', async () => {
    const outcome = await answering('seerr-502-csrf-post-with-api-key');
    expect(outcome).toMatchObject({ kind: 'FAILED', cause: 'UNAUTHORIZED', detail: 'invalid csrf token' });
  });
});

describe('what is sent', () => {
  it('always says is4k, and names user and seasons only where they belong', async () => {
    const arrived: Arrived[] = [];
    const address = await bench.serve(replay(['seerr-092-request-movie-pending'], arrived));
    await ask(address, { type: 'MOVIE', tmdbId: 550, is4k: true, userId: 2, seasons: [1] });
    await ask(address, { type: 'TV', tmdbId: 1399, is4k: false, seasons: [0, 1] });
    expect(arrived.map(({ body }) => body)).toEqual([
      { mediaType: 'movie', mediaId: 550, is4k: true, userId: 2 },
      { mediaType: 'tv', mediaId: 1399, is4k: false, seasons: [0, 1] },
    ]);
  });

  it.each<Partial<NewRequest>>([
    { tmdbId: 0 },
    { tmdbId: NaN },
    { tmdbId: 1.5 },
    { tmdbId: 2 ** 53 },
    { userId: 0 },
    { userId: -1 },
    { userId: Number('abc') },
    { type: 'TV' },
    { type: 'TV', seasons: [] },
    { type: 'TV', seasons: [1.5] },
    { type: 'TV', seasons: [-1] },
  ])('is nothing when the input is %p', async (wrong) => {
    const arrived: Arrived[] = [];
    const address = await bench.serve(replay(['seerr-092-request-movie-pending'], arrived));
    expect(await ask(address, { ...film, ...wrong })).toMatchObject({ kind: 'REJECTED', code: 'INVALID' });
    expect(arrived).toEqual([]);
  });
});

describe('what no recording holds', () => {
  const unknown = { kind: 'FAILED', cause: 'UPSTREAM_5XX', certainty: 'UNKNOWN' };

  it('may have created something when a success reads like none', async () => {
    expect(await saying(201, '{"ok":true}')).toMatchObject(unknown);
    expect(await saying(201, '<html>', 'text/html')).toMatchObject(unknown);
    expect(await saying(200, '{"id":1}')).toMatchObject(unknown);
    expect(await saying(302, '')).toMatchObject(unknown);
  });

  it('may have created something after any other 5xx', async () => {
    expect(await saying(500, '{"message":"SQLITE_BUSY"}')).toMatchObject(unknown);
    expect(await saying(500, '{"message":"[Radarr] Request failed with status code 404"}')).toMatchObject(unknown);
    expect(await saying(502, '<html>Bad Gateway</html>', 'text/html')).toMatchObject(unknown);
  });

  it('is a verdict in the words of the upstream, and none in those of a proxy', async () => {
    expect(await saying(404, '{"message":"not found"}')).toMatchObject({ kind: 'REJECTED', code: 'NO_SUCH_TITLE' });
    expect(await saying(400, '{"message":"bad"}')).toMatchObject({ kind: 'REJECTED', code: 'INVALID' });
    expect(await saying(404, '404 page not found', 'text/plain')).toMatchObject(unknown);
    expect(await saying(403, '<html>Sign in</html>', 'text/html')).toMatchObject({ cause: 'UNAUTHORIZED' });
    expect(await saying(403, '{"message":"This media is blacklisted."}')).toMatchObject({ code: 'BLOCKLISTED' });
  });

  it('tells when to come back', async () => {
    const address = await bench.serve(
      (_request, response) => void response.writeHead(429, { 'retry-after': '3' }).end(),
    );
    expect(await ask(address)).toMatchObject({ kind: 'FAILED', cause: 'RATE_LIMITED', retryAfterMs: 3_000 });
  });

  it('tells what never left from what may have arrived', async () => {
    const neverLeft = { kind: 'FAILED', cause: 'UNREACHABLE', certainty: 'NOT_SENT' };
    expect(await ask(await refusedAddress())).toMatchObject(neverLeft);
    const dropping = await bench.serve(({ socket }) => void socket.resetAndDestroy());
    expect(await ask(dropping)).toMatchObject({ ...neverLeft, certainty: 'UNKNOWN' });
    const hanging = await bench.serve(() => undefined);
    expect(await ask(hanging, film, 150)).toMatchObject({ kind: 'FAILED', cause: 'TIMEOUT', certainty: 'UNKNOWN' });
  });

  it('never holds the key', async () => {
    for (const status of [201, 400, 403, 500, 503]) {
      const echo = await bench.serve((request, response) =>
        json(response, status, { message: `your key is ${String(request.headers['x-api-key'])}` }),
      );
      expect(JSON.stringify(await ask(echo))).not.toContain(API_KEY);
    }
    expect(bench.lines.length).toBeGreaterThan(0);
    expect(bench.lines.join()).not.toContain(API_KEY);
  });
});

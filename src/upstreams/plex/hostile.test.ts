import type { IncomingMessage, ServerResponse } from 'node:http';
import { createPlexClient } from './client';
import { failureOf, json, refusedAddress } from '../../mechanisms/http/testing';
import { createPlexBench, TOKEN } from './testing';
import type { PlexBench } from './testing';
import type { PlexClient } from './plex';

let bench: PlexBench;
beforeEach(() => void (bench = createPlexBench()));
afterEach(() => bench.close());

/** Everything that one can ask. None of it may take nonsense for an answer. */
const QUESTIONS: [string, (plex: PlexClient) => Promise<unknown>][] = [
  ['identify', (plex) => plex.identify()],
  ['sections', (plex) => plex.sections()],
  ['items', (plex) => plex.items({ sectionId: '1', kind: 'MOVIE', skip: 0, take: 50 })],
  ['metadata', (plex) => plex.metadata(['1'])],
  ['children', (plex) => plex.children('1', { skip: 0, take: 50 })],
  ['collections', (plex) => plex.collections('1', { skip: 0, take: 50 })],
  ['collectionItems', (plex) => plex.collectionItems('1', { skip: 0, take: 50 })],
  ['image', (plex) => plex.image('/library/metadata/1/thumb/1')],
];

const html = (status: number) => (_request: IncomingMessage, response: ServerResponse) =>
  void response.writeHead(status, { 'content-type': 'text/html' }).end('<html><title>Sign in</title></html>');
const body = (value: unknown) => (_request: IncomingMessage, response: ServerResponse) => json(response, 200, value);

const NONSENSE: [string, (request: IncomingMessage, response: ServerResponse) => void][] = [
  ['the page of a proxy', html(200)],
  ['another service', body({ version: '3.1.0', commitTag: 'x', updateAvailable: false })],
  ['a list', body([{ shape: 'unexpected' }])],
  ['null', body(null)],
  ['a container that is none', body({ MediaContainer: 'x' })],
  ['a container that says nothing', body({ MediaContainer: {} })],
  ['a size that is none', body({ MediaContainer: { size: -1 } })],
  ['rows that it does not show', body({ MediaContainer: { size: 3 } })],
  ['rows that are none', body({ MediaContainer: { size: 2, Metadata: ['x', null], Directory: [1, []] } })],
  ['rows without keys', body({ MediaContainer: { size: 1, Metadata: [{ title: 'x' }], Directory: [{ title: 'x' }] } })],
  [
    'JSON that ends too early',
    (_request, response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end('{"MediaContainer":{"size":0,'),
  ],
  [
    'a redirect to somewhere else',
    (_request, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/steal' }).end(),
  ],
  ['its error page', html(400)],
  ['its absence', html(404)],
];

describe.each(NONSENSE)('%s in the place of an answer', (_what, listener) => {
  it.each(QUESTIONS)('is a failure of %s', async (_question, ask) => {
    const failure = await failureOf(ask(await bench.plex(listener)));
    expect(failure).toMatchObject({ failure: 'WRONG_SHAPE' });
    expect(failure.message).not.toContain(TOKEN);
  });
});

describe.each([
  ['refuses our token', html(401), 'UNAUTHORIZED'],
  ['wants something paid', html(403), 'UNAUTHORIZED'],
  ['is tired of us', html(429), 'RATE_LIMITED'],
  ['is broken', html(500), 'UPSTREAM_5XX'],
  ['is starting', html(503), 'UPSTREAM_5XX'],
] as const)('a server that %s', (_what, listener, failure) => {
  it.each(QUESTIONS)('is one failure of %s', async (question, ask) => {
    // A Plex tells anybody who it is: what wants to know who asks for that is none.
    const expected = question === 'identify' && failure === 'UNAUTHORIZED' ? 'WRONG_SHAPE' : failure;
    expect(await failureOf(ask(await bench.plex(listener)))).toMatchObject({ failure: expected });
  });
});

it.each(QUESTIONS)(
  '%s ends at its deadline, whatever trickles in',
  async (_question, ask) => {
    const plex = await bench.plex(
      (_request, response) => {
        response.writeHead(200, { 'content-type': _question === 'image' ? 'image/jpeg' : 'application/json' });
        const drip = setInterval(() => response.write(' '), 10);
        response.on('close', () => clearInterval(drip));
      },
      { timeoutMs: 200 },
    );
    const startedAt = performance.now();
    expect(await failureOf(ask(plex))).toMatchObject({ failure: 'TIMEOUT' });
    expect(performance.now() - startedAt).toBeLessThan(7_000); // probes have a deadline of their own
  },
  10_000,
);

it.each(QUESTIONS)('%s reads no 100 MB', async (_question, ask) => {
  const block = Buffer.alloc(1024 * 1024, ' ');
  let sent = 0;
  const plex = await bench.plex((_request, response) => {
    response.writeHead(200, { 'content-type': _question === 'image' ? 'image/jpeg' : 'application/json' });
    const pour = (): void => {
      while (sent < 100 && !response.destroyed && response.write(block)) sent += 1;
      if (sent >= 100) response.end();
    };
    response.on('drain', pour);
    pour();
  });
  expect(await failureOf(ask(plex))).toMatchObject({ failure: 'WRONG_SHAPE' });
  expect(sent).toBeLessThan(50);
});

it.each(QUESTIONS)('%s hears that nobody is there', async (_question, ask) => {
  const plex = createPlexClient({ http: bench.client(await refusedAddress()) });
  expect(await failureOf(ask(plex))).toMatchObject({ failure: 'UNREACHABLE', certainty: 'NOT_SENT' });
});

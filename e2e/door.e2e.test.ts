import { once } from 'node:events';
import { WebSocket } from 'ws';
import {
  LeaveRequestDocument,
  NodeDocument,
  RequestDocument,
  RequestMediaDocument,
  RetryRequestDocument,
} from '../sdk';
import * as plain from './plain';
import { createHouse } from './testing';
import type { Person, Server } from './testing';

const house = createHouse();
let server: Server;
let ben: Person;

beforeAll(async () => {
  server = await house.start();
  ({ ben } = await server.signIn());
});
afterAll(() => house.leave());

const { bearer } = plain;
const send = (body: string, headers: Record<string, string>) => plain.send(server.url, body, { headers });
const query = (text: string) => send(JSON.stringify({ query: text }), bearer(ben));
const closeOf = (messages: object[]) => plain.closeOf(server.url, messages);

describe('what is sent is bounded:', () => {
  it('a body of 10 MB', async () => {
    const body = JSON.stringify({ query: `{ me { name } } # ${'x'.repeat(10 * 1024 * 1024)}` });
    expect(await send(body, bearer(ben))).toMatchObject({ status: 413, codes: ['PAYLOAD_TOO_LARGE'] });
  });

  it('a message of 200 KB on a socket', async () => {
    const init = { type: 'connection_init', payload: bearer(ben) };
    const large = { type: 'subscribe', id: '1', payload: { query: `# ${'x'.repeat(200 * 1024)}` } };
    expect(await closeOf([init, large])).toBe(1009);
  });

  it('13 levels, and 16 of introspection', async () => {
    const nested = (root: string, depth: number) => `{ ${root} ${'{ followers '.repeat(depth - 1)}${'}'.repeat(depth)}`;
    const { status, errors } = await query(nested('request(id: "x")', 13));
    expect(status).toBeGreaterThanOrEqual(400);
    expect(errors.map(({ message }) => message).join()).toContain('13 levels deep');
    const types = `{ __type(name: "Query") { fields { type ${'{ ofType '.repeat(12)} { name } ${'}'.repeat(14)} }`;
    const introspection = await query(types);
    expect(introspection.errors.map(({ message }) => message).join()).toContain('16 levels deep');
  });

  it('pages of more than 100', async () => {
    const lists = [
      'requests(first: 101)',
      'search(query: "x", first: 101)',
      'requests(first: 0)',
      'requests(first: -1)',
    ];
    for (const list of lists) {
      const { codes, errors } = await query(`{ ${list} { nodes { __typename } } }`);
      expect([list, codes]).toEqual([list, ['INVALID_INPUT']]);
      expect(errors[0]?.message).toContain('100');
    }
    expect((await query('{ requests(first: 100) { nodes { id } } }')).errors).toEqual([]);
  });
});

describe('what is wrong is said:', () => {
  it.each([
    ['no JSON', '{ me', [400, 'BAD_REQUEST']],
    ['no body', '', [400, 'BAD_REQUEST']],
    ['a batch', '[{"query":"{ me { id } }"}]', [400, 'BAD_REQUEST']],
    ['no query', '{}', [400, 'BAD_REQUEST']],
    ['a syntax error', '{"query":"{ me "}', [400, 'GRAPHQL_PARSE_FAILED']],
    ['an unknown field', '{"query":"{ you }"}', [400, 'GRAPHQL_VALIDATION_FAILED']],
  ])('%s', async (_what, body, expected) => {
    const { status, codes, errors } = await send(body, bearer(ben));
    expect([status, ...codes]).toEqual(expected);
    expect(errors[0]?.message).not.toMatch(/ at .*\.js/);
  });

  it('a variable of another type', async () => {
    const variables = { input: { title: { type: 'MOVIE', tmdbId: 'five' } } };
    const body = JSON.stringify({ query: RequestMediaDocument.toString(), variables });
    const { codes, errors } = await send(body, bearer(ben));
    expect(codes).toEqual(['BAD_USER_INPUT']);
    expect(errors[0]?.message).toContain('input.title.tmdbId');
  });

  it.each([0, -1, -2_147_483_648])('a film with the id %i', async (tmdbId) => {
    const { requestMedia } = await ben.execute(RequestMediaDocument, { input: { title: { type: 'MOVIE', tmdbId } } });
    const path = ['input', 'title', 'tmdbId'];
    expect(requestMedia).toMatchObject({ outcome: null, problems: [{ __typename: 'InvalidInput', path }] });
  });

  it.each(['', 'x'.repeat(201), 'a\u0000b'])('the idempotency key %j', async (key) => {
    const input = { title: { type: 'MOVIE' as const, tmdbId: 550 } };
    const { requestMedia } = await ben.execute(RequestMediaDocument, { input, key });
    expect(requestMedia.problems).toMatchObject([{ __typename: 'InvalidInput', path: ['idempotencyKey'] }]);
  });

  it('a text that cannot be', async () => {
    await expect(ben.execute(RequestDocument, { id: '\u0000' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it.each(['req_nothing', 'usr_nothing', '', 'x'.repeat(1_000), "' or 1=1 --"])('the id %j', async (id) => {
    expect((await ben.execute(RequestDocument, { id })).request).toBeNull();
    expect((await ben.execute(NodeDocument, { id })).node).toBeNull();
    const { leaveRequest } = await ben.execute(LeaveRequestDocument, { id });
    const { retryRequest } = await ben.execute(RetryRequestDocument, { id });
    for (const { problems } of [leaveRequest, retryRequest]) {
      expect(problems).toMatchObject([{ __typename: 'NotFound', code: 'NOT_FOUND' }]);
    }
  });
});

describe('beside the API', () => {
  const get = (path: string, headers: Record<string, string> = {}) => fetch(new URL(path, server.url), { headers });

  it('it says how it is to whoever asks', async () => {
    for (const [path, status] of [
      ['/health/live', 'live'],
      ['/health/ready', 'ready'],
    ] as const) {
      const response = await get(path);
      expect([response.status, await response.json()]).toEqual([200, { status }]);
    }
  });

  it('a browser gets a page that loads from here only and is in nobody’s frame', async () => {
    const response = await get('/graphql', { accept: 'text/html,application/xhtml+xml' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe-inline.*script|unsafe-eval|https?:/);
    const html = await response.text();
    expect(html).not.toMatch(/https?:\/\//);
    for (const [, file] of html.matchAll(/(?:src|href)="([^"]+)"/g)) expect((await get(file ?? '')).status).toBe(200);
  });

  it('a page of elsewhere opens no socket, and reads no answer', async () => {
    const elsewhere = { origin: 'http://evil.example' };
    const socket = new WebSocket(server.url.replace('http', 'ws'), 'graphql-transport-ws', { headers: elsewhere });
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(403);
    const form = { ...elsewhere, ...bearer(ben), 'content-type': 'text/plain' };
    const answer = await fetch(server.url, { method: 'POST', headers: form, body: '{"query":"{ me { id } }"}' });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('nothing changes by a GET', async () => {
    const text = encodeURIComponent('mutation { leaveRequest(id: "x") { position } }');
    const response = await get(`/graphql?query=${text}`, { ...bearer(ben), 'apollo-require-preflight': '1' });
    expect(response.status).toBe(405);
  });

  it('nothing else is there', async () => {
    for (const path of ['/', '/graphql/x', '/playground/../../package.json', '/.env']) {
      expect([path, (await get(path)).status]).toEqual([path, 404]);
    }
  });
});

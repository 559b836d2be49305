import { createBench, API_KEY, failureOf, json } from './testing';
import type { Bench } from './testing';

const read = { method: 'GET', path: '/thing' } as const;

let bench: Bench;
beforeEach(() => void (bench = createBench()));
afterEach(() => bench.close());

async function answering(status: number, headers: Record<string, string>, body = ''): Promise<string> {
  return bench.serve((_request, response) => void response.writeHead(status, headers).end(body));
}
const JSON_TYPE = { 'content-type': 'application/json' };

describe('a status', () => {
  it.each([
    [401, 'UNAUTHORIZED'],
    [403, 'UNAUTHORIZED'],
    [404, 'WRONG_SHAPE'],
    [429, 'RATE_LIMITED'],
    [500, 'UPSTREAM_5XX'],
    [503, 'UPSTREAM_5XX'],
  ])('%i is thrown as %s, of unknown outcome', async (status, failure) => {
    const client = bench.client(await answering(status, JSON_TYPE, '{"message":"no"}'));
    const thrown = await failureOf(client.request(read));
    expect(thrown).toMatchObject({ failure, status, certainty: 'UNKNOWN', upstream: 'upstream' });
    expect(thrown.message).toBe(`upstream: GET /thing answered ${status}: {"message":"no"}`);
  });

  it('that the caller awaits is its to read, JSON or not', async () => {
    const inJson = bench.client(await answering(409, JSON_TYPE, '{"message":"no"}'));
    const call = { ...read, answers: [409] };
    expect(await inJson.request(call)).toMatchObject({ status: 409, body: { message: 'no' } });
    const inHtml = bench.client(await answering(409, { 'content-type': 'text/html' }, '<p>no'));
    expect(await inHtml.request(call)).toMatchObject({ status: 409, body: undefined, text: '<p>no' });
  });
});

describe('Retry-After', () => {
  const waitOf = async (header: string): Promise<number | undefined> => {
    const client = bench.client(await answering(429, { 'retry-after': header }, 'slow down'));
    return (await failureOf(client.request(read))).retryAfterMs;
  };

  it('is read in seconds and as a date, bounded, and ignored when it is neither', async () => {
    expect(await waitOf('7')).toBe(7_000);
    const untilDate = await waitOf(new Date(Date.now() + 60_000).toUTCString());
    expect(untilDate).toBeGreaterThan(50_000);
    expect(untilDate).toBeLessThanOrEqual(60_000);
    expect(await waitOf('Thu, 01 Jan 1970 00:00:00 GMT')).toBe(0);
    expect(await waitOf('99999999')).toBe(3_600_000);
    expect(await waitOf('soon')).toBeUndefined();
  });

  it('is told as a date too', async () => {
    const client = bench.client(await answering(503, { 'retry-after': '60' }));
    const { retryAfter } = await failureOf(client.request(read));
    expect(Math.abs(retryAfter!.getTime() - Date.now() - 60_000)).toBeLessThan(5_000);
  });
});

describe('a body', () => {
  it.each([
    ['HTML', { 'content-type': 'text/html' }, '<html>hello</html>'],
    ['JSON that says it is text', { 'content-type': 'text/plain' }, '{}'],
    ['JSON cut short', JSON_TYPE, '{"a":'],
  ])('of %s is no answer', async (_kind, headers, body) => {
    const client = bench.client(await answering(200, headers, body));
    expect(await failureOf(client.request(read))).toMatchObject({ failure: 'WRONG_SHAPE', certainty: 'UNKNOWN' });
  });

  it('may be absent', async () => {
    expect(await bench.client(await answering(204, {})).request(read)).toMatchObject({ status: 204, body: undefined });
  });

  it('of another kind of JSON is JSON', async () => {
    const client = bench.client(await answering(200, { 'content-type': 'application/problem+json' }, '[1]'));
    expect((await client.request(read)).body).toEqual([1]);
  });

  it('is quoted in 200 characters on one line', async () => {
    const client = bench.client(await answering(500, {}, 'so\nlong '.repeat(100)));
    const { message } = await failureOf(client.request(read));
    const quoted = message.replace('upstream: GET /thing answered 500: ', '');
    expect(quoted).toHaveLength(200);
    expect(quoted).toMatch(/^so long so long .*…$/);
  });

  it('is quoted in whole characters', async () => {
    const client = bench.client(await answering(500, {}, `x${'🎬'.repeat(300)}`));
    const { message } = await failureOf(client.request(read));
    expect(message).toBe(`upstream: GET /thing answered 500: x${'🎬'.repeat(198)}…`);
    const short = bench.client(await answering(500, {}, '🎬'.repeat(200)));
    expect((await failureOf(short.request(read))).message).toMatch(/: (🎬){200}$/u);
  });

  it('holds no character that cannot be stored, as it came or escaped', async () => {
    const odd = String.raw`{"a\u0000":["NUL \u0000, half \ud83d, whole \ud83c\udfac, \\u0000",1,null,{"b":"` + '\0"}]}';
    const client = bench.client(await answering(200, JSON_TYPE, odd));
    const { body, text } = await client.request(read);
    expect(body).toEqual({ 'a\ufffd': ['NUL \ufffd, half \ufffd, whole 🎬, \\u0000', 1, null, { b: '\ufffd' }] });
    expect(text).not.toContain('\0');
    const broken = bench.client(await answering(500, {}, 'a\0b'));
    expect((await failureOf(broken.request(read))).message).toMatch(/: a\ufffdb$/);
  });
});

describe('the key', () => {
  it('is in no error, log line or answer, even when the upstream echoes it', async () => {
    let status = 200;
    const address = await bench.serve((request, response) => json(response, status, request.headers));
    const client = bench.client(address);
    const { text, body } = await client.request(read);
    expect(body).toMatchObject({ 'x-api-key': '[redacted]' });
    status = 500;
    const failure = await failureOf(client.request(read));
    expect(failure.message).toContain('[redacted]');
    const everything = [text, failure.stack, JSON.stringify(failure), ...bench.lines].join('\n');
    expect(everything).not.toContain(API_KEY);
  });

  it('leaves one log line a call, with what became of it', async () => {
    const client = bench.client(await answering(200, JSON_TYPE, '{}'));
    await client.request({ ...read, query: { q: 'private' } });
    const refused = bench.client(await answering(403, {}));
    await failureOf(refused.request(read));
    const lines = bench.lines.map((line) => JSON.parse(line) as object);
    expect(lines).toEqual([
      expect.objectContaining({ upstream: 'upstream', method: 'GET', path: '/thing', status: 200 }),
      expect.objectContaining({ upstream: 'upstream', path: '/thing', failure: 'UNAUTHORIZED', status: 403 }),
    ]);
    expect(bench.lines.join()).not.toContain('private');
  });
});

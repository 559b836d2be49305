import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:http';
import { join } from 'node:path';

/** What the tests of the simulator share: recordings, a client that sends them byte for byte, and the comparison. */

export const API_KEY = 'key-of-the-test';
const RECORDINGS = join(__dirname, 'recordings');

export interface Sent {
  method: string;
  path: string;
  headers: Record<string, string>;
  /** null: none; text: those bytes; else JSON. */
  body: unknown;
}

export interface Received {
  status: number;
  contentType: string | undefined;
  body: unknown;
}

export interface Recording {
  request: Sent;
  response: Received;
}

export type Product = 'seerr' | 'overseerr';

/** Throws when the recording is missing. */
export function recording(name: string, product: Product = 'seerr'): Recording {
  const { request: sent, response } = JSON.parse(readFileSync(join(RECORDINGS, `${product}-${name}.json`), 'utf8')) as {
    request: Sent;
    response: { status: number; headers: IncomingHttpHeaders; body: unknown };
  };
  return {
    request: sent,
    response: { status: response.status, contentType: response.headers['content-type'], body: response.body },
  };
}

/** Two recordings use a placeholder of their own for the key they sent. */
const specialKeys: Readonly<Record<string, string>> = {
  '014-auth-bearer-not-supported': `Bearer ${API_KEY}`,
  '566-auth-empty-key': '',
};

export function prepared(name: string, product: Product = 'seerr'): Sent {
  const sent = recording(name, product).request;
  const headers = Object.entries(sent.headers)
    .filter(([header]) => header !== 'content-length')
    .map(([header, value]): [string, string] => [
      header,
      value.replace('<API_KEY>', API_KEY).replace('<REDACTED:not-the-real-key>', specialKeys[name] ?? 'a-wrong-key'),
    ]);
  return { ...sent, path: sent.path.replace('<API_KEY>', API_KEY), headers: Object.fromEntries(headers) };
}

/** Uses node:http: a friendlier client would rewrite the raw paths. Rejects when the connection fails. */
export function send(url: string, sent: Partial<Sent> & { path: string }): Promise<Received> {
  const { method = 'GET', path, headers = {}, body = null } = sent;
  const payload = body === null ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const length = payload === undefined ? {} : { 'content-length': String(Buffer.byteLength(payload)) };
    const call = request(
      { hostname, port, method, path, headers: { ...headers, ...length }, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({
            status: answer.statusCode ?? 0,
            contentType: answer.headers['content-type'],
            body: text === '' ? null : JSON.parse(text),
          });
        });
      },
    );
    call.on('error', reject);
    call.end(payload);
  });
}

/** As the owner of the key, or as another user. */
export const keyOf = (userId?: number): Record<string, string> =>
  userId === undefined ? { 'X-Api-Key': API_KEY } : { 'X-Api-Key': API_KEY, 'X-API-User': String(userId) };

export function requestMovie(url: string, mediaId: number, userId?: number): Promise<Received> {
  const headers = { ...keyOf(userId), 'content-type': 'application/json' };
  const body = { mediaType: 'movie', mediaId, is4k: false };
  return send(url, { method: 'POST', path: '/api/v1/request', headers, body });
}

const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/;

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  return typeof value === 'string' && DATE.test(value) ? 'date' : typeof value;
}

/** Same keys at every level, same JSON types, lists element by element; values are not looked at. Returns the differences. */
export function shapeDifferences(recorded: unknown, actual: unknown, path = 'body'): string[] {
  if (typeOf(recorded) !== typeOf(actual)) return [`${path}: ${typeOf(recorded)} recorded, ${typeOf(actual)} answered`];
  if (Array.isArray(recorded)) {
    const answered = actual as unknown[];
    if (recorded.length !== answered.length) {
      return [`${path}: ${recorded.length} elements recorded, ${answered.length} answered`];
    }
    return recorded.flatMap((element, index) => shapeDifferences(element, answered[index], `${path}[${index}]`));
  }
  if (typeof recorded !== 'object' || recorded === null) return [];
  const expected = recorded as Record<string, unknown>;
  const answered = actual as Record<string, unknown>;
  return [
    ...Object.keys(expected)
      .filter((key) => !(key in answered))
      .map((key) => `${path}.${key}: missing`),
    ...Object.keys(answered)
      .filter((key) => !(key in expected))
      .map((key) => `${path}.${key}: extra`),
    ...Object.keys(expected)
      .filter((key) => key in answered)
      .flatMap((key) => shapeDifferences(expected[key], answered[key], `${path}.${key}`)),
  ];
}

/** The value at a path such as `results.*.id`, where `*` stands for every element. */
export function valueAt(value: unknown, path: string): unknown {
  return path.split('.').reduce<{ value: unknown; isMany: boolean }>(
    (found, step) => {
      if (step === '*') return { value: found.value, isMany: true };
      const into = (from: unknown): unknown => (from as Record<string, unknown>)[step];
      return { value: found.isMany ? (found.value as unknown[]).map(into) : into(found.value), isMany: found.isMany };
    },
    { value, isMany: false },
  ).value;
}

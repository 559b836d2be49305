import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the tests of the simulator share: a client, and shapes derived from recordings (docs below) with their comparison. */

export const TOKEN = 'token-of-the-test';

export interface Received<Body = unknown> {
  status: number;
  headers: Headers;
  text: string;
  body: Body;
}

/** As our client asks, unless said otherwise. */
export async function get<Body = Listed>(url: string, headers: Record<string, string> = {}): Promise<Received<Body>> {
  const answer = await fetch(url, { headers: { accept: 'application/json', 'x-plex-token': TOKEN, ...headers } });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.startsWith('application/json');
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    body: (isJson ? JSON.parse(text) : undefined) as Body,
  };
}

export interface Row {
  ratingKey: string;
  parentRatingKey?: string;
  type: string;
  title: string;
  thumb: string;
  addedAt: number;
  year: number;
  leafCount?: number;
  childCount?: number | string;
  Collection?: { tag: string }[];
  Guid?: { id: string }[];
  Media?: unknown[];
}
export interface Listed {
  MediaContainer: { size: number; totalSize?: number; offset?: number; Metadata?: Row[]; Directory?: object[] };
}
export const rowsOf = ({ body }: Received<Listed>): Row[] => body.MediaContainer.Metadata ?? [];

/**
 * Keys and types of what real servers answered, without one of their values. `key?` may be missing: it did in some of the rows.
 * A leaf is a JSON type, several with `|`; `array` and `object` are not looked into. A list has the shape of its elements.
 */
export type Shape = string | [] | [Shape] | { [key: string]: Shape };

export const shape = (name: string): Shape =>
  JSON.parse(readFileSync(join(__dirname, 'shapes', `${name}.json`), 'utf8')) as Shape;

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return value === null ? 'null' : typeof value;
}

/** Where `actual` differs: another type, a key too many or too few. */
export function differences(expected: Shape, actual: unknown, path = ''): string[] {
  if (typeof expected === 'string') {
    return expected.split('|').includes(typeOf(actual))
      ? []
      : [`${path}: ${expected} expected, ${typeOf(actual)} found`];
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [`${path}: array expected, ${typeOf(actual)} found`];
    const [element] = expected;
    return element === undefined ? [] : actual.flatMap((one, at) => differences(element, one, `${path}[${at}]`));
  }
  if (typeOf(actual) !== 'object') return [`${path}: object expected, ${typeOf(actual)} found`];
  const found = actual as Record<string, unknown>;
  const known = Object.entries(expected).map(([key, one]) => [key.replace('?', ''), key.endsWith('?'), one] as const);
  const names = new Set(known.map(([key]) => key));
  return [
    ...known.filter(([key, optional]) => !optional && !(key in found)).map(([key]) => `${path}.${key}: missing`),
    ...Object.keys(found)
      .filter((key) => !names.has(key))
      .map((key) => `${path}.${key}: extra`),
    ...known.filter(([key]) => key in found).flatMap(([key, , one]) => differences(one, found[key], `${path}.${key}`)),
  ];
}

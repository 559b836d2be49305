import type { ZodType } from 'zod';
import { InvalidInput } from '../errors';

/** An opaque keyset cursor: the sort keys of a row. */
export function encodeCursor(keys: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(keys)).toString('base64url');
}

/** The sort keys back, as `schema` says them; a cursor that a client made up or cut is InvalidInput. */
export function decodeCursor<Keys>(cursor: string, schema: ZodType<Keys>): Keys {
  const keys = schema.safeParse(parse(cursor));
  if (!keys.success) {
    throw new InvalidInput('this cursor is none of this list; use the endCursor of a page of it', ['after']);
  }
  return keys.data;
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}

const MAX_PAGE = 100;

/** `first`, checked: 1 to 100. */
export function pageSize(first: number): number {
  if (first < 1 || first > MAX_PAGE) throw new InvalidInput(`first must be 1 to ${MAX_PAGE}, not ${first}`, ['first']);
  return first;
}

import type { z } from 'zod';
import type { HttpAnswer } from '../../mechanisms/http';
import { container, readable, readAs, wrongShape } from './shapes';

export interface Listing<Row> {
  /** Those that can be read. */
  rows: Row[];
  /** All, readable or not. */
  received: number;
  /** Of the whole list; undefined when the answer is no page of one. */
  total?: number;
}

const KEYS = ['Metadata', 'Directory'] as const;

/** The rows under `key`. What is there and cannot be read at all is WRONG_SHAPE: it must not pass for an empty list. */
export function readListing<S extends z.ZodType>(
  answer: HttpAnswer,
  key: (typeof KEYS)[number],
  row: S,
): Listing<z.infer<S>> {
  const { MediaContainer: list } = readAs(container, answer);
  const rowsOf = (name: (typeof KEYS)[number]): unknown[] => [list[name] ?? []].flat();
  const raw = rowsOf(key);
  const rows = readable(raw, row);
  const isHidden = list.size > 0 && KEYS.every((name) => rowsOf(name).length === 0);
  if (isHidden || (raw.length > 0 && rows.length === 0)) {
    throw wrongShape(`answered ${list.size} rows of which none can be read`, answer.status);
  }
  return { rows, received: raw.length, ...(list.totalSize === undefined ? {} : { total: list.totalSize }) };
}

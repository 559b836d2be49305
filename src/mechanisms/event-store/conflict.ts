import { ConcurrencyConflict } from '../errors';
import type { Append } from './written-event';

/** `actual`: the stream's version now. Who appended to `any` version expected that one. */
export function toConflict(
  { streamId, expected }: Pick<Append, 'streamId' | 'expected'>,
  actual: number,
): ConcurrencyConflict {
  return new ConcurrencyConflict(streamId, expected === 'any' ? actual : expected, actual);
}

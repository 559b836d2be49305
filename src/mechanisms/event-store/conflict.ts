import { ConcurrencyConflict } from '../errors';
import type { ExpectedVersion } from './event-store';

/** What was to be appended where. */
export interface Target {
  streamId: string;
  expected: ExpectedVersion;
}

/** `actual`: the stream's version now. Who appended to `any` version expected that one. */
export function toConflict({ streamId, expected }: Target, actual: number): ConcurrencyConflict {
  return new ConcurrencyConflict(streamId, expected === 'any' ? actual : expected, actual);
}

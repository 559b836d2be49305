import type { Faults } from '../host';

/** What WRONG_SHAPE answers: JSON that no contract knows. */
export const SURPRISE = { surprise: 'not what was asked for' };

/** The answer as it goes out. */
export const distorted = (faults: Faults, answer: unknown[]): unknown[] =>
  faults.current() === 'WRONG_SHAPE' ? [SURPRISE] : answer;

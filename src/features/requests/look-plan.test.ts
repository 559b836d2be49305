import { lookPeriodMs } from './look-plan';

it.each([
  [0, 60_000],
  [59.9, 60_000],
  [60, 300_000],
  [24 * 60 - 0.1, 300_000],
  [24 * 60, 1_800_000],
  [1_000_000, 1_800_000],
])('after %d minutes it looks each %d ms', (minutes, period) => {
  expect(lookPeriodMs(minutes * 60_000, 60_000)).toBe(period);
});

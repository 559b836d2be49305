const HOUR_MS = 3_600_000;

/** How often a linked request is looked at: fast for its first hour, then 5 times, then 30 times slower (60 s, 5 min, 30 min). */
export function lookPeriodMs(ageMs: number, fastMs: number): number {
  if (ageMs < HOUR_MS) return fastMs;
  return ageMs < 24 * HOUR_MS ? 5 * fastMs : 30 * fastMs;
}

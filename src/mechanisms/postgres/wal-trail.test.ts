import { createWalTrail } from './wal-trail';

let now = 0;
const trailOf = (...marks: [at: number, lsn: bigint][]) => {
  const trail = createWalTrail(() => now);
  for (const [at, lsn] of marks) {
    now = at;
    trail.mark(lsn);
  }
  now = 1_000;
  return trail;
};

it.each([
  ['has all', 30n, 0],
  ['has more than was marked', 31n, 0],
  ['is as old as the last mark that it has passed', 25n, 800],
  ['is older than all that is known', 5n, Infinity],
])('a replica that %s', (_case, lsn, lag) => {
  expect(trailOf([100, 10n], [200, 20n], [300, 30n]).lagOf(lsn)).toBe(lag);
});

it('while nothing is written, who has it all does not age', () => {
  const trail = trailOf([100, 10n], [900, 10n]);
  now = 950;
  trail.mark(20n);
  now = 1_000;
  expect(trail.lagOf(10n)).toBe(100);
});

it('remembers a thousand places of the log, however often it was looked at in one of them', () => {
  const trail = createWalTrail(() => now);
  const mark = (at: number, lsn: bigint) => {
    now = at;
    trail.mark(lsn);
  };
  mark(1, 1n);
  for (let at = 2; at <= 3_000; at++) mark(at, 2n);
  expect(trail.lagOf(1n)).toBe(2_999);
  for (let lsn = 3n; lsn <= 1_001n; lsn++) mark(3_000, lsn);
  expect(trail.lagOf(1n)).toBe(Infinity);
});

it('without any mark nobody is late', () => {
  expect(createWalTrail().lagOf(1n)).toBe(0);
});

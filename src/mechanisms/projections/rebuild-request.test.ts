import { toRebuild } from './rebuild-request';

it.each([
  { where: 'half of the way', position: 5, target: 10, share: 0.5 },
  { where: 'there', position: 10, target: 10, share: 1 },
  { where: 'further than rows of a store that was set back', position: 11, target: 10, share: 1 },
  { where: 'nowhere yet, as are the rows that are read', position: 0, target: 0, share: 0 },
])('a rebuild that is $where', ({ position, target, share }) => {
  const stored = { position: `${position}`, target: `${target}`, error: null };
  expect(toRebuild(stored)).toEqual({ position: BigInt(position), share, error: null });
});

import type { ProjectionStatus } from '.';
import { describeLag } from '.';

const status = (lagMs: number | null, state: ProjectionStatus['state'] = 'LIVE'): ProjectionStatus => ({
  name: 'request-view',
  version: 1,
  position: 7n,
  state,
  lagMs,
  error: null,
  parkedStreams: [],
  rebuild: null,
});

it.each([
  [0, 'LIVE', null],
  [60_000, 'LIVE', null],
  [0, 'STOPPED', null],
  [61_000, 'CATCHING_UP', 'request-view is 61 s behind'],
  [75_400, 'STOPPED', 'request-view is 75 s behind, stopped by an error'],
  [null, 'LIVE', 'how far request-view is cannot be told'],
] as const)('a lag of %s ms, %s: %s', (lagMs, state, said) => {
  expect(describeLag([status(0), status(lagMs, state)], 60_000)).toBe(said);
});

it('does not count one whose rows are made anew, unless that stopped', () => {
  const rebuilding = status(61_000, 'REBUILDING');
  expect(describeLag([rebuilding], 60_000)).toBeNull();
  const rebuild = { position: 3n, share: 0.4, error: null };
  expect(describeLag([{ ...rebuilding, rebuild }], 60_000)).toBeNull();
  expect(describeLag([{ ...rebuilding, rebuild: { ...rebuild, error: 'cannot' } }], 60_000)).toBe(
    'request-view is 61 s behind',
  );
  expect(describeLag([status(null, 'REBUILDING')], 60_000)).toBe('how far request-view is cannot be told');
});

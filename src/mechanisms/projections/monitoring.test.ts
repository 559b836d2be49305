import { createObserver } from '../observability';
import { monitorProjections } from './monitoring';
import type { ProjectionStatus } from './projections';

const live: ProjectionStatus = {
  name: 'live',
  version: 1,
  position: 7n,
  state: 'LIVE',
  lagMs: 1_500,
  error: null,
  parkedStreams: [],
  rebuild: null,
};
const stopped: ProjectionStatus = {
  ...live,
  name: 'stopped',
  state: 'STOPPED',
  lagMs: null,
  parkedStreams: [{ streamId: 'one', position: 3n, error: 'cannot project it' }],
  rebuild: { position: 5n, share: 0.25, error: 'cannot project it' },
};

it('tells each figure of each projection, in seconds and shares, and none that is unknown; all of one listing', async () => {
  const { metrics } = createObserver();
  const list = jest.fn(async () => [live, stopped]);
  monitorProjections(metrics, { list });
  const { text } = await metrics.expose();
  const told = text.split('\n').filter((line) => line.startsWith('medianest_projection_'));
  expect(told).toEqual([
    'medianest_projection_position{projection="live"} 7',
    'medianest_projection_position{projection="stopped"} 7',
    'medianest_projection_lag_seconds{projection="live"} 1.5',
    'medianest_projection_stopped{projection="live"} 0',
    'medianest_projection_stopped{projection="stopped"} 1',
    'medianest_projection_parked_streams{projection="live"} 0',
    'medianest_projection_parked_streams{projection="stopped"} 1',
    'medianest_projection_rebuild_share{projection="stopped"} 0.25',
    'medianest_projection_rebuild_stopped{projection="stopped"} 1',
  ]);
  expect(list).toHaveBeenCalledTimes(1);
});

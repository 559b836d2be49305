import type { Metrics } from '../observability';
import type { ProjectionStatus, Projections } from './projections';

/** Tells how far projections are, and which of them have stopped: at a fault of their own, or at an event that nobody here knows. */
export function monitorProjections(metrics: Metrics, { list }: Pick<Projections, 'list'>): void {
  let running: Promise<ProjectionStatus[]> | undefined;
  /** One listing for all that is read of it at once. */
  const listOnce = () => (running ??= list().finally(() => (running = undefined)));
  const gauge = (name: string, help: string, valueOf: (status: ProjectionStatus) => number | null) =>
    metrics.gauge({
      name,
      help,
      labels: ['projection'],
      read: async () =>
        (await listOnce()).flatMap((status) => {
          const value = valueOf(status);
          return value === null ? [] : [{ labels: { projection: status.name }, value }];
        }),
    });
  gauge('medianest_projection_position', 'Position of the last event that it has seen.', ({ position }) =>
    Number(position),
  );
  gauge(
    'medianest_projection_lag_seconds',
    'Age of the oldest event that it has not seen; absent when that cannot be told.',
    ({ lagMs }) => (lagMs === null ? null : lagMs / 1_000),
  );
  gauge('medianest_projection_stopped', '1: it stopped, and serverInfo says why.', ({ state }) =>
    state === 'STOPPED' ? 1 : 0,
  );
  gauge(
    'medianest_projection_parked_streams',
    'Streams that it leaves out, at an event that it cannot take; serverInfo says which.',
    ({ parkedStreams }) => parkedStreams.length,
  );
  gauge(
    'medianest_projection_rebuild_share',
    'How much of the log its new rows have seen, from 0 to 1; absent when none are made.',
    ({ rebuild }) => rebuild && rebuild.share,
  );
  gauge(
    'medianest_projection_rebuild_stopped',
    '1: the making of its new rows stopped, and serverInfo says why; absent when none are made.',
    ({ rebuild }) => rebuild && (rebuild.error === null ? 0 : 1),
  );
}

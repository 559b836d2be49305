import { describeLag } from '../../mechanisms/projections';
import type { Obstacle } from '../../server/health';
import type { House } from '../wiring';

/**
 * What keeps a process from its work. Who runs has migrated. Without the database the projections cannot be listed, and without the event store their
 * lag cannot be told; that they are late is an obstacle for who shows views, and for who makes them.
 */
export function obstacleOf({
  settings,
  projections,
  viewNames,
}: Pick<House, 'settings' | 'projections' | 'viewNames'>) {
  const { roles, times } = settings;
  const wantsThem = roles.includes('api') || roles.includes('projector');
  return async (): Promise<Obstacle> => {
    const statuses = (await projections.list()).filter(({ name }) => viewNames.includes(name));
    return describeLag(statuses, wantsThem ? times.readyLagMs : Infinity);
  };
}

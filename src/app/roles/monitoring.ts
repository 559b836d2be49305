import { monitorProjections } from '../../mechanisms/projections';
import type { MonitoringDoor } from '../../server/monitoring';
import { openMonitoring } from '../../server/monitoring';
import type { House } from '../wiring';
import { obstacleOf } from './readiness';

/** What is told of a process, whatever its roles; null: nobody wants to know. */
export async function startMonitoring(house: House, isAtWork: () => boolean): Promise<MonitoringDoor | null> {
  const { observer, projections, settings, releases } = house;
  const { metrics } = observer;
  const { host, metricsPort: port } = settings;
  monitorProjections(metrics, projections);
  if (port === undefined) return null;
  const obstacleAtWork = obstacleOf(house);
  const obstacle = async () => (isAtWork() ? obstacleAtWork() : 'its roles are not at work');
  const door = await openMonitoring({ metrics, obstacle }, { host, port });
  releases.add('monitoring', () => door.close());
  return door;
}

import type { Recorded } from '../../../mechanisms/event-store';
import type { ServiceDiscovered, ServiceEvent } from './events';
import type { CheckedStatus, Service, ServiceHistory } from './service';

function discovered({ data }: Recorded<ServiceDiscovered>): Service {
  const { group = null, ...facts } = data;
  const unknown = { status: 'UNKNOWN', since: null, message: null, checkedAt: null, retired: false } as const;
  return { ...facts, group, ...unknown };
}

const checked =
  (status: CheckedStatus) =>
  (service: Service, { data: { at, message } }: { data: { at: string; message?: string } }): Service => ({
    ...service,
    status,
    since: at,
    checkedAt: at,
    message: message ?? null,
  });

type Change<Type extends ServiceEvent['type']> = (
  service: Service,
  event: Recorded<Extract<ServiceEvent, { type: Type }>>,
) => Service;

/** What each fact does to its service. A fact without a line does not compile. */
const changes: { [Type in Exclude<ServiceEvent['type'], 'ServiceDiscovered'>]: Change<Type> } = {
  ServiceRenamedUpstream: (service, { data }) => ({ ...service, name: data.to }),
  ServiceRegroupedUpstream: (service, { data }) => ({ ...service, group: data.to ?? null }),
  ServiceCameUp: checked('UP'),
  ServiceWentDown: checked('DOWN'),
  ServiceBecamePending: checked('PENDING'),
  MaintenanceStarted: checked('MAINTENANCE'),
  MaintenanceEnded: (service) => service,
  ServicePaused: (service, { data }) => ({ ...service, status: 'PAUSED', since: data.at, message: null }),
  ServiceResumed: (service) => service,
  ServiceRetired: (service, { data }) => ({ ...service, retired: true, since: data.at }),
};

/** The service after one more of its facts; null before it is discovered. */
export function evolveService(service: Service | null, event: Recorded<ServiceEvent>): Service {
  if (event.type === 'ServiceDiscovered') return discovered(event);
  if (!service) throw new Error(`${event.type} of the unknown service ${event.data.serviceId}`);
  const change = changes[event.type] as Change<typeof event.type>;
  return change(service, event as never);
}

/** The stream after one more fact. */
export const evolve = ({ service }: ServiceHistory, event: Recorded<ServiceEvent>): ServiceHistory => ({
  service: evolveService(service, event),
});

import type { Decider } from '../../../mechanisms/event-store';
import type { ServiceEvent } from './events';
import { evolve } from './evolution';
import type { CheckedStatus, Service, ServiceHistory, ServiceStatus } from './service';

/** What a check found, and when. */
export interface Check {
  status: CheckedStatus;
  at: string;
  message: string | null;
}

/** What the board shows of a service now, and the checks since it was last looked at, oldest first. */
export interface ObserveService {
  type: 'ObserveService';
  serviceId: string;
  connectionId: string;
  externalId: string;
  name: string;
  group: string | null;
  kind: string;
  paused: boolean;
  checks: Check[];
  observedAt: string;
}
/** It is not on the board any more. */
export interface RetireService {
  type: 'RetireService';
  serviceId: string;
  observedAt: string;
}
export type ServiceCommand = ObserveService | RetireService;

/** A board that is seen again, by whomever, adds nothing: only what differs from the facts becomes one. */
function decide(command: ServiceCommand, { service }: ServiceHistory): ServiceEvent[] {
  const { serviceId, observedAt } = command;
  if (command.type === 'RetireService') {
    const seen = { serviceId, at: observedAt, source: 'SOCKET' } as const;
    return service && !service.retired ? [{ type: 'ServiceRetired', data: seen }] : [];
  }
  const known = service && !service.retired ? service : null;
  return [...identity(command, known), ...progress(command, known)];
}

function identity(seen: ObserveService, service: Service | null): ServiceEvent[] {
  const { serviceId, connectionId, externalId, name, kind, group } = seen;
  if (!service) {
    const facts = { serviceId, connectionId, externalId, name, kind };
    return [{ type: 'ServiceDiscovered', data: { ...facts, ...(group === null ? {} : { group }) } }];
  }
  const ends = { ...(service.group === null ? {} : { from: service.group }), ...(group === null ? {} : { to: group }) };
  return [
    ...(service.name === name
      ? []
      : [{ type: 'ServiceRenamedUpstream', data: { serviceId, from: service.name, to: name } } as const]),
    ...(service.group === group ? [] : [{ type: 'ServiceRegroupedUpstream', data: { serviceId, ...ends } } as const]),
  ];
}

/** Every change of status, in the order of the checks. */
function progress(seen: ObserveService, service: Service | null): ServiceEvent[] {
  const events: ServiceEvent[] = [];
  let status: ServiceStatus = service?.status ?? 'UNKNOWN';
  let since = service?.since ?? null;
  for (const check of service ? newer(seen.checks, service.checkedAt) : lastRun(seen.checks)) {
    if (check.status === status) continue;
    events.push(...transition(seen.serviceId, { status, since }, check));
    status = check.status;
    since = check.at;
  }
  if (seen.paused && status !== 'PAUSED') {
    const data = { serviceId: seen.serviceId, at: seen.observedAt, source: 'SOCKET' } as const;
    events.push({ type: 'ServicePaused', data });
  }
  return events;
}

const newer = (checks: Check[], than: string | null): Check[] =>
  than === null ? checks : checks.filter(({ at }) => at > than);

/** Of a service that was never seen only how it is, and since when: the story before is not ours. */
function lastRun(checks: Check[]): Check[] {
  const last = checks.at(-1);
  const before = checks.findLastIndex(({ status }) => status !== last?.status);
  return checks.slice(before + 1, before + 2);
}

const FACTS = {
  UP: 'ServiceCameUp',
  DOWN: 'ServiceWentDown',
  PENDING: 'ServiceBecamePending',
  MAINTENANCE: 'MaintenanceStarted',
} as const;
const ENDS: Partial<Record<ServiceStatus, 'MaintenanceEnded' | 'ServiceResumed'>> = {
  MAINTENANCE: 'MaintenanceEnded',
  PAUSED: 'ServiceResumed',
};

function transition(
  serviceId: string,
  before: { status: ServiceStatus; since: string | null },
  { status, at, message }: Check,
): ServiceEvent[] {
  const seen = { serviceId, at, source: 'SOCKET' } as const;
  const end = ENDS[before.status];
  const isBack = status === 'UP' && before.status === 'DOWN' && before.since !== null;
  const downForMs = isBack ? Math.max(0, Date.parse(at) - Date.parse(before.since ?? at)) : undefined;
  const data = { ...seen, ...(message === null ? {} : { message }), ...(downForMs === undefined ? {} : { downForMs }) };
  return [...(end ? [{ type: end, data: seen }] : []), { type: FACTS[status], data }] as ServiceEvent[];
}

export const serviceDecider: Decider<ServiceHistory, ServiceCommand, ServiceEvent> = {
  initialState: { service: null },
  decide,
  evolve,
};

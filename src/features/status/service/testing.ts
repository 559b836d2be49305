import type { Check, ObserveService } from './decider';
import type { CheckedStatus } from './service';
import type { ServiceEvent } from './events';

export const ID = 'svc_1';
export const CONNECTION = 'uptime-kuma';
/** So many seconds after the morning of the tests. */
export const iso = (seconds: number) => new Date(Date.UTC(2026, 4, 1, 10, 0, 0) + seconds * 1_000).toISOString();

type Type = ServiceEvent['type'];
type DataOf<T extends Type> = Extract<ServiceEvent, { type: T }>['data'];

export const discovered = (change: Partial<DataOf<'ServiceDiscovered'>> = {}): ServiceEvent => ({
  type: 'ServiceDiscovered',
  data: { serviceId: ID, connectionId: CONNECTION, externalId: '4', name: 'Plex', kind: 'http', ...change },
});
/** A fact that a check, or the lack of one, made. */
export const fact = (type: Type, seconds: number, change: object = {}): ServiceEvent =>
  ({ type, data: { serviceId: ID, at: iso(seconds), source: 'SOCKET', ...change } }) as ServiceEvent;

export const check = (status: CheckedStatus, seconds: number): Check => ({ status, at: iso(seconds), message: null });
export const seen = (checks: Check[], change: Partial<ObserveService> = {}): ObserveService => ({
  type: 'ObserveService',
  ...{ serviceId: ID, connectionId: CONNECTION, externalId: '4', name: 'Plex', group: null, kind: 'http' },
  paused: false,
  checks,
  observedAt: iso(1_000),
  ...change,
});

/** DEGRADED is for sources that know it; Uptime Kuma does not. */
export type ServiceStatus = 'UP' | 'DOWN' | 'DEGRADED' | 'PENDING' | 'MAINTENANCE' | 'PAUSED' | 'UNKNOWN';

/** What a check can find. */
export type CheckedStatus = 'UP' | 'DOWN' | 'PENDING' | 'MAINTENANCE';

/** A monitored service, as its own facts tell it. */
export interface Service {
  serviceId: string;
  connectionId: string;
  /** Its id at who watches it. */
  externalId: string;
  name: string;
  group: string | null;
  kind: string;
  /** UNKNOWN: nobody has checked it yet. */
  status: ServiceStatus;
  /** When it came into this status; null: never checked. */
  since: string | null;
  message: string | null;
  /** Of the newest check that a fact tells of: an older one is of no interest. */
  checkedAt: string | null;
  retired: boolean;
}

/** The stream of a service: nothing before it is discovered. */
export interface ServiceHistory {
  service: Service | null;
}

export const streamOf = (serviceId: string): string => `service-${serviceId.replace(/^svc_/, '')}`;

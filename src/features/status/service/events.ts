/** The facts of one monitored service: stream `service-{uuidv5(connection, externalId)}` (DOMAIN.md 9). Times are ISO 8601 UTC, by the clock of who watches it. */

interface OfService {
  serviceId: string;
}
/** What somebody else saw, when, and through which channel. */
interface Seen extends OfService {
  at: string;
  source: 'SOCKET';
}
interface SeenWith extends Seen {
  /** What the check said. */
  message?: string;
}

export type ServiceDiscovered = {
  type: 'ServiceDiscovered';
  data: OfService & {
    connectionId: string;
    externalId: string;
    name: string;
    /** How it is checked there: `http`, `ping`… */
    kind: string;
    /** What it is filed under there. */
    group?: string;
  };
};
export type ServiceRenamedUpstream = { type: 'ServiceRenamedUpstream'; data: OfService & { from: string; to: string } };
/** Filed elsewhere, or nowhere. */
export type ServiceRegroupedUpstream = {
  type: 'ServiceRegroupedUpstream';
  data: OfService & { from?: string; to?: string };
};
export type ServiceCameUp = { type: 'ServiceCameUp'; data: SeenWith & { downForMs?: number } };
export type ServiceWentDown = { type: 'ServiceWentDown'; data: SeenWith };
/** A check failed, and more of them will tell whether it is down; or nobody can tell yet. */
export type ServiceBecamePending = { type: 'ServiceBecamePending'; data: SeenWith };
export type MaintenanceStarted = { type: 'MaintenanceStarted'; data: SeenWith };
/** Followed by how it is found then. */
export type MaintenanceEnded = { type: 'MaintenanceEnded'; data: Seen };
/** Nobody checks it any more. `at` is by our clock: nothing there tells. */
export type ServicePaused = { type: 'ServicePaused'; data: Seen };
/** Followed by how it is found then. */
export type ServiceResumed = { type: 'ServiceResumed'; data: Seen };
/** It was taken off the board. */
export type ServiceRetired = { type: 'ServiceRetired'; data: Seen };

export type ServiceEvent =
  | ServiceDiscovered
  | ServiceRenamedUpstream
  | ServiceRegroupedUpstream
  | ServiceCameUp
  | ServiceWentDown
  | ServiceBecamePending
  | MaintenanceStarted
  | MaintenanceEnded
  | ServicePaused
  | ServiceResumed
  | ServiceRetired;

/** Whether we see the board at all: on the stream of the connection, `connection-{id}` (DOMAIN.md 9). Times are ISO 8601 UTC. */

interface OfConnection {
  connectionId: string;
}

/** Nothing was heard for so long that nobody can say how any of its services is. */
export type MonitoringLost = { type: 'MonitoringLost'; data: OfConnection & { lastSeenAt: string } };
/** What changed meanwhile stands before this in the log. */
export type MonitoringRestored = { type: 'MonitoringRestored'; data: OfConnection };

export type MonitoringEvent = MonitoringLost | MonitoringRestored;

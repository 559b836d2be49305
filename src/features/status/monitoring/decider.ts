import type { Decider, Recorded } from '../../../mechanisms/event-store';
import type { MonitoringEvent } from './events';

export interface Monitoring {
  isLost: boolean;
}
export type MonitoringCommand =
  | { type: 'LoseMonitoring'; connectionId: string; lastSeenAt: string }
  | { type: 'RestoreMonitoring'; connectionId: string };

function decide(command: MonitoringCommand, { isLost }: Monitoring): MonitoringEvent[] {
  const { connectionId } = command;
  if (command.type === 'RestoreMonitoring')
    return isLost ? [{ type: 'MonitoringRestored', data: { connectionId } }] : [];
  return isLost ? [] : [{ type: 'MonitoringLost', data: { connectionId, lastSeenAt: command.lastSeenAt } }];
}

/** The stream is the connection's: others write other facts of it there. */
function evolve(state: Monitoring, { type }: Recorded<MonitoringEvent>): Monitoring {
  if (type === 'MonitoringLost') return { isLost: true };
  return type === 'MonitoringRestored' ? { isLost: false } : state;
}

export const monitoringDecider: Decider<Monitoring, MonitoringCommand, MonitoringEvent> = {
  initialState: { isLost: false },
  decide,
  evolve,
};

import { v7 as uuidv7 } from 'uuid';
import type { CommandHandler } from '../../../mechanisms/event-store';
import type { MonitoringCommand } from './decider';
import { monitoringDecider } from './decider';

/** Says that the board is out of sight, or in sight again; nothing where that is known. */
export function createMonitoringCommands({ handler, clock }: { handler: CommandHandler; clock: () => Date }) {
  async function record(command: MonitoringCommand): Promise<void> {
    const commandId = uuidv7();
    const actor = { kind: 'POLICY', id: 'monitoring' } as const;
    const target = { streamId: `connection-${command.connectionId}`, decider: monitoringDecider };
    await handler.handle(target, command, { commandId, correlationId: commandId, now: clock(), actor });
  }
  return {
    lost: (connectionId: string, lastSeenAt: string) => record({ type: 'LoseMonitoring', connectionId, lastSeenAt }),
    restored: (connectionId: string) => record({ type: 'RestoreMonitoring', connectionId }),
  };
}
export type MonitoringCommands = ReturnType<typeof createMonitoringCommands>;

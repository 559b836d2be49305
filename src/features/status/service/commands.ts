import { v7 as uuidv7 } from 'uuid';
import type { CommandHandler } from '../../../mechanisms/event-store';
import type { ServiceCommand } from './decider';
import { serviceDecider } from './decider';
import type { Service } from './service';
import { streamOf } from './service';

/** What the poller records. No id is derived from what was seen: the decider's state alone makes a repeat harmless. */
export function createServiceCommands({ handler, clock }: { handler: CommandHandler; clock: () => Date }) {
  return {
    async observe(command: ServiceCommand, connectionId: string): Promise<Service | null> {
      const commandId = uuidv7();
      const actor = { kind: 'UPSTREAM', id: connectionId } as const;
      const context = { commandId, correlationId: commandId, now: clock(), actor };
      const target = { streamId: streamOf(command.serviceId), decider: serviceDecider };
      return (await handler.handle(target, command, context)).state.service;
    },
  };
}
export type ServiceCommands = ReturnType<typeof createServiceCommands>;

import { v7 as uuidv7 } from 'uuid';
import type { Actor, CommandHandler } from '../../mechanisms/event-store';
import type { IdempotencyKeys } from '../../mechanisms/idempotency';
import { commandIdOf } from '../../mechanisms/idempotency';
import type { Connection, UpstreamIdentity } from './connection';
import type { ConnectionCommand } from './decider';
import { connectionDecider, isSuspended } from './decider';

export interface ConnectionCommandParts {
  handler: CommandHandler;
  idempotencyKeys: IdempotencyKeys;
  clock: () => Date;
}

interface Accepting {
  accountId: string;
  correlationId: string;
  idempotencyKey: string | undefined;
}

/** What becomes known of a connection, and what an admin says about it. */
export function createConnectionCommands({ handler, idempotencyKeys, clock }: ConnectionCommandParts) {
  function run(
    connectionId: string,
    command: ConnectionCommand,
    context: { commandId: string; correlationId: string; actor: Actor },
  ) {
    const target = { streamId: `connection-${connectionId}`, decider: connectionDecider };
    return handler.handle(target, command, { ...context, now: clock() });
  }

  return {
    /** Writes down who answers. True: it is somebody else than we deal with. One that does not say who it is counts as the same. */
    async observe({ id, kind }: Connection, identity: UpstreamIdentity): Promise<boolean> {
      const { instanceId } = identity;
      if (instanceId === null) return false;
      const command = { type: 'ObserveIdentity', kind, identity: { ...identity, instanceId } } as const;
      const commandId = uuidv7();
      const actor: Actor = { kind: 'UPSTREAM', id };
      const { state } = await run(id, command, { commandId, correlationId: commandId, actor });
      return isSuspended(state);
    },

    /** Who it is that we deal with there; null: nobody was seen yet. */
    async accepted(connectionId: string): Promise<string | null> {
      return (await handler.load(`connection-${connectionId}`, connectionDecider)).state.accepted;
    },

    /** Goes on with the one that answers now. Throws Conflict when nothing changed. */
    async accept(
      connectionId: string,
      { accountId, correlationId, idempotencyKey }: Accepting,
    ): Promise<bigint | null> {
      const commandId = await commandIdOf(idempotencyKeys, {
        actorId: accountId,
        mutation: 'acceptUpstreamIdentity',
        key: idempotencyKey,
        body: { connectionId },
      });
      const actor: Actor = { kind: 'USER', id: accountId };
      const outcome = await run(connectionId, { type: 'AcceptUpstreamIdentity' }, { commandId, correlationId, actor });
      return outcome.position;
    },
  };
}
export type ConnectionCommands = ReturnType<typeof createConnectionCommands>;

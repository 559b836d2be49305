import { Conflict } from '../../mechanisms/errors';
import type { ResolverMount } from '../../mechanisms/graphql';
import type { Logger } from '../../mechanisms/observability';
import type { Database } from '../../mechanisms/postgres';
import type { ConnectionCommandParts } from './commands';
import { createConnectionCommands } from './commands';
import type { Connection, ConnectionHealth } from './connection';
import { absentHealth, isAbsent, isUsable } from './connection';
import { createConnectionHealth } from './connection-health.read-model';
import { connectionCodecs } from './event-codecs';
import type { ConnectionCheckParts } from './poller';
import { createConnectionCheck } from './poller';
import { connectionsAccess } from './policy';
import type { ServerFacts } from './resolvers';
import {
  AccountNoticesResolver,
  ConnectionResolver,
  outageNotices,
  presentConnection,
  ServerInfoResolver,
} from './resolvers';
import type { ConnectionInfo, Notice } from './types';

export type { Connection } from './connection';

export { connectionCodecs };

export interface ConnectionsParts extends Omit<ServerFacts, 'health'>, ConnectionCommandParts {
  database: Database;
  formatPosition(position: bigint): string;
  log: Logger;
}

/** The services of the settings and how they are. */
export function createConnectionsFeature({ database, clock, log, ...facts }: ConnectionsParts) {
  const commands = createConnectionCommands({ ...facts, clock });
  const checks = new Map<string, () => Promise<void>>();
  const rows = createConnectionHealth(database);
  const absent = facts.connections.filter(isAbsent);
  const present = facts.connections.filter((connection) => !isAbsent(connection)).map(({ id }) => id);
  const health = async (): Promise<ConnectionHealth[]> => [...(await rows.list(present)), ...absent.map(absentHealth)];
  /** Looks now, writes down what it finds, and tells it; one that is not watched is told as it was seen last. */
  async function check(connection: Connection): Promise<ConnectionInfo> {
    await checks.get(connection.id)?.();
    return presentConnection(
      connection,
      (await health()).find(({ id }) => id === connection.id),
    );
  }
  const resolvers: ResolverMount[] = [
    [ConnectionResolver, new ConnectionResolver({ ...facts, accept: commands.accept, check })],
    [ServerInfoResolver, new ServerInfoResolver({ ...facts, health })],
    [AccountNoticesResolver, new AccountNoticesResolver(health)],
  ];

  return {
    resolvers,
    access: connectionsAccess,
    /** As last seen by any process. */
    async isUsable(connectionId: string): Promise<boolean> {
      return present.includes(connectionId) && isUsable((await rows.read(connectionId))?.state);
    },
    /** Throws Conflict with the code CONNECTION_ABSENT, which tells what to do, where nothing is set up. */
    ensureConnected(connectionId: string): void {
      const missing = absent.find(({ id }) => id === connectionId);
      if (missing) throw new Conflict(missing.absent, 'CONNECTION_ABSENT');
    },
    /** What people should know of this connection now: one notice, or none. */
    async notices(connectionId: string): Promise<Notice[]> {
      return outageNotices((await health()).filter(({ id }) => id === connectionId));
    },
    /** Which machine we deal with there, whoever answers now; null: none was seen yet. */
    acceptedInstance: commands.accepted,
    check,
    /** How to look at each connection that is watched, by its id. */
    checks: checks as ReadonlyMap<string, () => Promise<void>>,
    /** From now on it can be looked at; one that is absent never is. */
    watch(
      connection: Connection,
      how: Pick<ConnectionCheckParts, 'identify' | 'probe' | 'strange' | 'onRestored'>,
    ): void {
      if (isAbsent(connection)) return;
      checks.set(connection.id, createConnectionCheck({ ...how, connection, commands, health: rows, clock, log }));
    },
  };
}
export type ConnectionsFeature = ReturnType<typeof createConnectionsFeature>;

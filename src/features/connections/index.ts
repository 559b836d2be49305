import type { ResolverMount } from '../../mechanisms/graphql';
import type { Queryable } from '../../mechanisms/postgres';
import { Conflict } from '../../mechanisms/errors';
import type { Connection, ConnectionHealth } from './connection';
import { absentHealth, isAbsent, isUsable } from './connection';
import { createConnectionHealth } from './connection-health.read-model';
import type { ConnectionCheckParts } from './poller';
import { createConnectionCheck } from './poller';
import { connectionsAccess } from './policy';
import type { ServerFacts } from './resolvers';
import { AccountNoticesResolver, outageNotices, presentConnection, ServerInfoResolver } from './resolvers';
import type { ConnectionInfo, Notice } from './types';

export type { Connection } from './connection';

export interface ConnectionsParts extends Omit<ServerFacts, 'health'> {
  database: Queryable;
}

/** The services of the settings and how they are. */
export function createConnectionsFeature({ database, ...facts }: ConnectionsParts) {
  const rows = createConnectionHealth(database);
  const absent = facts.connections.filter(isAbsent);
  const present = facts.connections.filter((connection) => !isAbsent(connection)).map(({ id }) => id);
  const health = async (): Promise<ConnectionHealth[]> => [...(await rows.list(present)), ...absent.map(absentHealth)];
  const resolvers: ResolverMount[] = [
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
    async info(connection: Connection): Promise<ConnectionInfo> {
      return presentConnection(connection, await rows.read(connection.id));
    },
    createCheck: (parts: Omit<ConnectionCheckParts, 'health'>) => createConnectionCheck({ ...parts, health: rows }),
  };
}
export type ConnectionsFeature = ReturnType<typeof createConnectionsFeature>;

import type { ResolverMount } from '../../mechanisms/graphql';
import type { Queryable } from '../../mechanisms/postgres';
import type { Connection, ConnectionHealth } from './connection';
import { isUsable } from './connection';
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
  const health = (): Promise<ConnectionHealth[]> => rows.list(facts.connections.map(({ id }) => id));
  const resolvers: ResolverMount[] = [
    [ServerInfoResolver, new ServerInfoResolver({ ...facts, health })],
    [AccountNoticesResolver, new AccountNoticesResolver(health)],
  ];

  return {
    resolvers,
    access: connectionsAccess,
    /** As last seen by any process. */
    async isUsable(connectionId: string): Promise<boolean> {
      return isUsable((await rows.read(connectionId))?.state);
    },
    async notices(): Promise<Notice[]> {
      return outageNotices(await health());
    },
    async info(connection: Connection): Promise<ConnectionInfo> {
      return presentConnection(connection, await rows.read(connection.id));
    },
    createCheck: (parts: Omit<ConnectionCheckParts, 'health'>) => createConnectionCheck({ ...parts, health: rows }),
  };
}
export type ConnectionsFeature = ReturnType<typeof createConnectionsFeature>;

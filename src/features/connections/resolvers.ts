import { FieldResolver, Query, Resolver } from 'type-graphql';
import { Account } from '../accounts/types';
import type { Connection, ConnectionHealth } from './connection';
import { degradedFeatures, isOutage, outageNotice } from './connection';
import { ConnectionInfo, ConnectionProblem, Notice, ServerInfo, Severity } from './types';
import type { ConnectionKind, ConnectionState, ProjectionState } from './types';

export interface ServerFacts {
  version: string;
  demo: boolean;
  connections: readonly Connection[];
  health(): Promise<ConnectionHealth[]>;
  position(): Promise<string>;
  projections(): Promise<
    { name: string; version: number; position: string; lagMs: number; state: string; error: string | null }[]
  >;
}

/** A connection as the API tells it; one that was never looked at is ABSENT. */
export function presentConnection(connection: Connection, health: ConnectionHealth | undefined): ConnectionInfo {
  const { id, kind, simulated } = connection;
  const problem = health?.problem;
  return {
    id,
    kind: kind as ConnectionKind,
    simulated,
    flavour: health?.flavour ?? null,
    version: health?.version ?? null,
    state: (health?.state ?? 'ABSENT') as ConnectionState,
    since: health?.since ?? new Date(0),
    problem: problem
      ? Object.assign(new ConnectionProblem(), { ...problem, retryable: health.state === 'DOWN', retryAfter: null })
      : null,
  };
}

/** One notice for each connection that does not work. */
export function outageNotices(health: readonly ConnectionHealth[]): Notice[] {
  return health.filter(isOutage).map((one) => ({ severity: Severity.WARNING, title: outageNotice(one) }));
}

@Resolver(() => ServerInfo)
export class ServerInfoResolver {
  constructor(private readonly facts: ServerFacts) {}

  @Query(() => ServerInfo, { description: 'How this server and its connections are.' })
  async serverInfo(): Promise<ServerInfo> {
    const { version, demo, connections } = this.facts;
    const [health, position, projections] = await Promise.all([
      this.facts.health(),
      this.facts.position(),
      this.facts.projections(),
    ]);
    return {
      version,
      demo,
      position,
      projections: projections.map((one) => ({ ...one, state: one.state as ProjectionState })),
      connections: connections.map((one) =>
        presentConnection(
          one,
          health.find(({ id }) => id === one.id),
        ),
      ),
      degradedFeatures: degradedFeatures(health),
    };
  }
}

@Resolver(() => Account)
export class AccountNoticesResolver {
  constructor(private readonly health: () => Promise<ConnectionHealth[]>) {}

  @FieldResolver(() => [Notice], { description: 'What people should know now.' })
  async notices(): Promise<Notice[]> {
    return outageNotices(await this.health());
  }
}

import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver } from 'type-graphql';
import { ifKnownSoon, NotFound, Unauthenticated } from '../../mechanisms/errors';
import { answering } from '../../mechanisms/graphql';
import type { OperationContext } from '../../server/context';
import { Account } from '../accounts/types';
import type { ConnectionCommands } from './commands';
import type { Connection, ConnectionHealth } from './connection';
import { degradedFeatures, isOutage, outageNotice } from './connection';
import { ConnectionInfo, ConnectionPayload, ConnectionProblem, Notice, ServerInfo, Severity } from './types';
import type { ConnectionKind, ConnectionState, ProjectionInfo, ProjectionState, ReplicaState } from './types';

export interface ServerFacts {
  version: string;
  demo: boolean;
  connections: readonly Connection[];
  health(): Promise<ConnectionHealth[]>;
  position(): Promise<string>;
  /** In the order of the settings. */
  replicas(): { state: string; lagMs: number | null }[];
  projections(): Promise<(Omit<ProjectionInfo, 'state'> & { state: string })[]>;
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
      ifKnownSoon(this.facts.health()),
      ifKnownSoon(this.facts.position()),
      ifKnownSoon(this.facts.projections()),
    ]);
    return {
      version,
      demo,
      position,
      projections: projections && projections.map((one) => ({ ...one, state: one.state as ProjectionState })),
      replicas: this.facts.replicas().map(({ state, lagMs }, index) => ({
        number: index + 1,
        state: state as ReplicaState,
        lagMs,
      })),
      connections:
        health &&
        connections.map((one) =>
          presentConnection(
            one,
            health.find(({ id }) => id === one.id),
          ),
        ),
      degradedFeatures: health && degradedFeatures(health),
    };
  }
}

/** While our own database is away, nobody can tell how the connections are. */
const DATABASE_AWAY: Notice = {
  severity: Severity.WARNING,
  title:
    'The database of this server does not answer: what you see may be old, and nothing can be asked for until it is back.',
};

@Resolver(() => Account)
export class AccountNoticesResolver {
  constructor(private readonly health: () => Promise<ConnectionHealth[]>) {}

  @FieldResolver(() => [Notice], { description: 'What people should know now.' })
  async notices(): Promise<Notice[]> {
    const health = await ifKnownSoon(this.health());
    return health ? outageNotices(health) : [DATABASE_AWAY];
  }
}

export interface ConnectionResolverParts {
  connections: readonly Connection[];
  accept: ConnectionCommands['accept'];
  check(connection: Connection): Promise<ConnectionInfo>;
  formatPosition(position: bigint): string;
}

@Resolver()
export class ConnectionResolver {
  constructor(private readonly parts: ConnectionResolverParts) {}

  @Mutation(() => ConnectionPayload, {
    description:
      'Goes on with the machine that answers now, where another answered before. What waited is handed over to it.',
  })
  acceptUpstreamIdentity(
    @Ctx() { viewer, correlationId }: OperationContext,
    @Arg('connectionId', () => ID, { description: 'Of `serverInfo.connections`.' }) connectionId: string,
    @Arg('idempotencyKey', () => String, {
      nullable: true,
      description: 'Send the same key again and nothing is done twice.',
    })
    idempotencyKey?: string,
  ): Promise<ConnectionPayload> {
    return answering<ConnectionPayload>(async () => {
      if (!viewer) throw new Unauthenticated('sign in first');
      const connection = this.parts.connections.find(({ id }) => id === connectionId);
      if (!connection) throw new NotFound(`There is no connection ${connectionId}.`);
      const { accountId } = viewer;
      const position = await this.parts.accept(connection.id, { accountId, correlationId, idempotencyKey });
      return {
        connection: await this.parts.check(connection),
        position: position === null ? null : this.parts.formatPosition(position),
      };
    });
  }
}

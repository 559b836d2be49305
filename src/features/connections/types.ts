import { Field, ID, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime, Position, Problem } from '../../mechanisms/graphql';

export enum Severity {
  INFO = 'INFO',
  WARNING = 'WARNING',
  CRITICAL = 'CRITICAL',
}
registerEnumType(Severity, {
  name: 'Severity',
  description: 'How much a notice matters.',
  valuesConfig: {
    INFO: { description: 'Good to know.' },
    WARNING: { description: 'Something does not work as usual; nothing is lost.' },
    CRITICAL: { description: 'Somebody has to act.' },
  },
});

@ObjectType({ description: 'Something people should know now.', simpleResolvers: true })
export class Notice {
  @Field(() => Severity, { description: 'How much it matters.' })
  severity!: Severity;

  @Field(() => String, { description: 'One sentence.' })
  title!: string;
}

export enum ConnectionKind {
  PLEX = 'PLEX',
  OVERSEERR = 'OVERSEERR',
  UPTIME_KUMA = 'UPTIME_KUMA',
}
registerEnumType(ConnectionKind, {
  name: 'ConnectionKind',
  description: 'What is at the other end.',
  valuesConfig: {
    PLEX: { description: 'The media server.' },
    OVERSEERR: { description: 'The request service: Overseerr, Jellyseerr or Seerr.' },
    UPTIME_KUMA: { description: 'The status monitor.' },
  },
});

export enum ConnectionState {
  UP = 'UP',
  DOWN = 'DOWN',
  UNAUTHORIZED = 'UNAUTHORIZED',
  DEGRADED = 'DEGRADED',
  SUSPENDED = 'SUSPENDED',
  ABSENT = 'ABSENT',
}
registerEnumType(ConnectionState, {
  name: 'ConnectionState',
  description: 'How a connection was when it was last looked at.',
  valuesConfig: {
    UP: { description: 'It answers.' },
    DOWN: { description: 'It does not answer; what needs it waits.' },
    UNAUTHORIZED: { description: 'It refuses our key: an admin must renew it.' },
    DEGRADED: { description: 'It answers, but not as it should.' },
    SUSPENDED: { description: 'Another machine answers there; nothing is written until an admin accepts it.' },
    ABSENT: { description: 'It is not set up, or was not looked at yet.' },
  },
});

@ObjectType({
  implements: Problem,
  description: 'What is wrong with a connection, and what to do.',
  simpleResolvers: true,
})
export class ConnectionProblem extends Problem {}

@ObjectType({ description: 'A service that this server is connected to.', simpleResolvers: true })
export class ConnectionInfo {
  @Field(() => ID, { description: 'Its name in the settings.' })
  id!: string;

  @Field(() => ConnectionKind, { description: 'What it is.' })
  kind!: ConnectionKind;

  @Field(() => Boolean, { description: 'True: a simulator of the demo mode.' })
  simulated!: boolean;

  @Field(() => String, { nullable: true, description: 'Which product answers: SEERR, OVERSEERR or JELLYSEERR.' })
  flavour!: string | null;

  @Field(() => String, { nullable: true, description: 'As it says itself.' })
  version!: string | null;

  @Field(() => ConnectionState, { description: 'How it was when last looked at.' })
  state!: ConnectionState;

  @Field(() => DateTime, { description: 'Since when it has been in this state.' })
  since!: Date;

  @Field(() => Problem, { nullable: true, description: 'What is wrong and what to do; null when it is up.' })
  problem!: Problem | null;
}

@ObjectType({ description: 'What became of a change to a connection.', simpleResolvers: true })
export class ConnectionPayload {
  @Field(() => ConnectionInfo, { nullable: true, description: 'The connection as it is now.' })
  connection?: ConnectionInfo | null;

  @Field(() => Position, { nullable: true, description: 'Of the last fact about the connection.' })
  position?: string | null;

  @Field(() => [Problem], { description: 'Why not.' })
  problems!: Problem[];
}

export enum ProjectionState {
  LIVE = 'LIVE',
  CATCHING_UP = 'CATCHING_UP',
  REBUILDING = 'REBUILDING',
  STOPPED = 'STOPPED',
}
registerEnumType(ProjectionState, {
  name: 'ProjectionState',
  description: 'How far a projection of the log is.',
  valuesConfig: {
    LIVE: { description: 'It follows the log.' },
    CATCHING_UP: { description: 'It is behind and reads on.' },
    REBUILDING: {
      description: 'Its rows are of an older version and stand still until those of this one are made; see `rebuild`.',
    },
    STOPPED: { description: 'It met an event that it cannot take; see `error`.' },
  },
});

@ObjectType({
  description: 'Rows of a projection that are made anew beside those that are read, to take their place.',
  simpleResolvers: true,
})
export class RebuildInfo {
  @Field(() => Position, { description: 'Up to where it has read the log.' })
  position!: string;

  @Field(() => Float, {
    description: 'How much of the log that is, from 0 to 1: of what the rows that are read have seen.',
  })
  share!: number;

  @Field(() => String, { nullable: true, description: 'Why it stopped: the event and its position.' })
  error!: string | null;
}

@ObjectType({
  description: 'A stream whose events a projection leaves out, until they are tried again.',
  simpleResolvers: true,
})
export class ParkedStreamInfo {
  @Field(() => String, { description: 'The id of the stream.' })
  streamId!: string;

  @Field(() => Position, { description: 'Of the first event that it has not taken.' })
  position!: string;

  @Field(() => String, { description: 'Why not: the event and what is wrong with it.' })
  error!: string;
}

@ObjectType({
  description: 'A projection of the log: what queries read, or what sets work going.',
  simpleResolvers: true,
})
export class ProjectionInfo {
  @Field(() => String, { description: 'Its name.' })
  name!: string;

  @Field(() => Int, { description: 'Of the rows that are read: raised when they mean something else.' })
  version!: number;

  @Field(() => Position, { description: 'Up to where it has read the log.' })
  position!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'How old its answer is, in milliseconds; 0 when it has read everything, null when that cannot be told.',
  })
  lagMs!: number | null;

  @Field(() => ProjectionState, { description: 'How far it is.' })
  state!: ProjectionState;

  @Field(() => String, { nullable: true, description: 'Why it stopped: the event and its position.' })
  error!: string | null;

  @Field(() => [ParkedStreamInfo], { description: 'What it leaves out; a hundred at most.' })
  parkedStreams!: ParkedStreamInfo[];

  @Field(() => RebuildInfo, { nullable: true, description: 'Null: nobody makes it anew.' })
  rebuild!: RebuildInfo | null;
}

export enum ReplicaState {
  SERVING = 'SERVING',
  BEHIND = 'BEHIND',
  AWAY = 'AWAY',
}
registerEnumType(ReplicaState, {
  name: 'ReplicaState',
  description: 'Whether queries are answered from a replica.',
  valuesConfig: {
    SERVING: { description: 'They are.' },
    BEHIND: { description: 'It is too far behind the primary, and left out until it has caught up.' },
    AWAY: { description: 'It does not answer, or is no replica of the primary; it is left out until it is.' },
  },
});

@ObjectType({
  description: 'A replica of the database, as this process of the server finds it.',
  simpleResolvers: true,
})
export class ReplicaInfo {
  @Field(() => Int, { description: 'Its place in the settings, from 1.' })
  number!: number;

  @Field(() => ReplicaState, { description: 'Whether it serves.' })
  state!: ReplicaState;

  @Field(() => Int, { nullable: true, description: 'How far it is behind at most, in milliseconds; null: unknown.' })
  lagMs!: number | null;
}

@ObjectType({ description: 'This server.', simpleResolvers: true })
export class ServerInfo {
  @Field(() => String, { description: 'Of MediaNest.' })
  version!: string;

  @Field(() => Boolean, { description: 'True: demo mode, with simulated services.' })
  demo!: boolean;

  @Field(() => Position, { nullable: true, description: 'Head of the log; null while nobody can tell.' })
  position!: string | null;

  @Field(() => [ProjectionInfo], {
    nullable: true,
    description: 'All projections; null while nobody can tell how they are.',
  })
  projections!: ProjectionInfo[] | null;

  @Field(() => [ReplicaInfo], { description: 'The replicas of the database, where there are some.' })
  replicas!: ReplicaInfo[];

  @Field(() => [ConnectionInfo], {
    nullable: true,
    description: 'All connections; null while nobody can tell how they are.',
  })
  connections!: ConnectionInfo[] | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'What does not work as usual now, because a service that it needs is away; null while nobody can tell.',
  })
  degradedFeatures!: string[] | null;
}

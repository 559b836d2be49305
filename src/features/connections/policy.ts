import type { AccessMap } from '../../mechanisms/graphql';

export const connectionsAccess: AccessMap = {
  'Query.serverInfo': 'STATUS_READ',
  'Mutation.acceptUpstreamIdentity': 'ADMIN',
  ConnectionPayload: 'ADMIN',
  ServerInfo: 'STATUS_READ',
  ProjectionInfo: 'STATUS_READ',
  ParkedStreamInfo: 'STATUS_READ',
  RebuildInfo: 'STATUS_READ',
  ReplicaInfo: 'STATUS_READ',
  ConnectionInfo: 'STATUS_READ',
  ConnectionProblem: 'STATUS_READ',
  Notice: 'SIGNED_IN',
};

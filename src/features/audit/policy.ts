import type { AccessMap } from '../../mechanisms/graphql';

export const auditAccess: AccessMap = {
  'Query.events': 'ADMIN',
  Event: 'ADMIN',
  EventEdge: 'ADMIN',
  EventConnection: 'ADMIN',
};

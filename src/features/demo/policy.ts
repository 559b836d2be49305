import type { AccessMap } from '../../mechanisms/graphql';

export const demoAccess: AccessMap = {
  'Mutation.demoSetFault': 'ADMIN',
  'Mutation.demoSetMonitor': 'ADMIN',
  'Mutation.demoSignIn': 'ADMIN',
  'Query.demoUpstreamCalls': 'ADMIN',
  DemoCall: 'ADMIN',
};

import type { AccessMap } from '../../mechanisms/graphql';

export const statusAccess: AccessMap = {
  'Query.services': 'STATUS_READ',
  'Subscription.serviceStatusChanged': 'STATUS_READ',
  Service: 'STATUS_READ',
  ServiceEdge: 'STATUS_READ',
  ServiceConnection: 'STATUS_READ',
  ServiceSummary: 'STATUS_READ',
  ServiceUptime: 'STATUS_READ',
  ServiceUpdate: 'STATUS_READ',
  StatusChange: 'STATUS_READ',
};

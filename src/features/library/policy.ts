import type { AccessMap } from '../../mechanisms/graphql';

export const libraryAccess: AccessMap = {
  'Query.search': 'LIBRARY_READ',
  'Query.title': 'LIBRARY_READ',
  Title: 'LIBRARY_READ',
  TitleEdge: 'LIBRARY_READ',
  TitleConnection: 'LIBRARY_READ',
  Availability: 'LIBRARY_READ',
  Freshness: 'SIGNED_IN',
};

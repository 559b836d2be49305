import type { AccessMap } from '../../mechanisms/graphql';

export const libraryAccess: AccessMap = {
  'Query.search': 'LIBRARY_READ',
  'Query.title': 'LIBRARY_READ',
  'Query.libraries': 'LIBRARY_READ',
  'Query.library': 'LIBRARY_READ',
  Title: 'LIBRARY_READ',
  TitleEdge: 'LIBRARY_READ',
  TitleConnection: 'LIBRARY_READ',
  Availability: 'LIBRARY_READ',
  Library: 'LIBRARY_READ',
  MediaItem: 'LIBRARY_READ',
  MediaItemEdge: 'LIBRARY_READ',
  MediaItemConnection: 'LIBRARY_READ',
  Collection: 'LIBRARY_READ',
  CollectionEdge: 'LIBRARY_READ',
  CollectionConnection: 'LIBRARY_READ',
  Season: 'LIBRARY_READ',
  Freshness: 'SIGNED_IN',
};

import { registerEnumType } from 'type-graphql';

/** What a token may allow. A field of the API asks for one of them, or only for a signed-in user. */
export const Scope = {
  STATUS_READ: 'STATUS_READ',
  LIBRARY_READ: 'LIBRARY_READ',
  REQUESTS_READ: 'REQUESTS_READ',
  REQUESTS_CREATE: 'REQUESTS_CREATE',
  REQUESTS_CREATE_ON_BEHALF_OF: 'REQUESTS_CREATE_ON_BEHALF_OF',
  REQUESTS_DECIDE: 'REQUESTS_DECIDE',
  ADMIN: 'ADMIN',
} as const;
export type Scope = keyof typeof Scope;

registerEnumType(Scope, {
  name: 'Scope',
  description: 'What a token may allow.',
  valuesConfig: {
    STATUS_READ: { description: 'See the status of services and of this server.' },
    LIBRARY_READ: { description: 'Search titles and see the library.' },
    REQUESTS_READ: { description: 'See requests and follow them.' },
    REQUESTS_CREATE: { description: 'Request titles, join requests and leave them.' },
    REQUESTS_CREATE_ON_BEHALF_OF: { description: 'Request titles in the name of another account.' },
    REQUESTS_DECIDE: { description: 'Approve, decline, cancel and retry the requests of others.' },
    ADMIN: { description: 'Change how this server and its connections work.' },
  },
});

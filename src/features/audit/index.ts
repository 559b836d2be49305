import type { Actor, EventCodecs, EventStore } from '../../mechanisms/event-store';
import { positionsOf } from '../../mechanisms/event-store';
import type { ResolverMount } from '../../mechanisms/graphql';
import { auditAccess } from './policy';
import { EventResolver } from './resolvers';

export interface AuditParts {
  store: EventStore;
  codecs: EventCodecs;
  person(accountId: string): { name: string } | null;
}

/** What happened here, for who answers for it. */
export function createAuditFeature({ store, codecs, person }: AuditParts) {
  const nameOf = ({ kind, id }: Actor): string | null =>
    kind === 'USER' || kind === 'API_TOKEN' ? (person(id)?.name ?? null) : id;
  const resolvers: ResolverMount[] = [
    [EventResolver, new EventResolver({ store, codecs, positions: positionsOf(store), nameOf })],
  ];
  return { resolvers, access: auditAccess, nodeFetchers: [] };
}

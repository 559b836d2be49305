import { createLoaderScope } from '../../mechanisms/batching';
import { DatabaseUnavailable } from '../../mechanisms/errors';
import type { OperationContext } from '../../server/context';
import type { StatusResolverParts } from './resolvers';
import { presentService, ServiceResolver } from './resolvers';
import type { ServiceRow } from './service-view.read-model';

const CHECKED = '2026-01-01T00:00:00.000Z';
const row = { state: { serviceId: 'svc_1', connectionId: 'kuma', checkedAt: CHECKED }, lostAt: null, position: 1n };

/** How fresh a service is said to be, whose board was last seen so long ago. */
function freshness(boardSilentForMs: StatusResolverParts['boardSilentForMs']) {
  const parts = { boardSilentForMs, staleAfterMs: 1_000, createPulseLoader: () => ({ load: async () => null }) };
  const resolver = new ServiceResolver(parts as unknown as StatusResolverParts);
  const context = { loaders: createLoaderScope() } as OperationContext;
  return resolver.freshness(presentService(row as unknown as ServiceRow), context);
}

it.each([
  { what: 'was seen just now', silent: () => Promise.resolve(10), stale: false },
  { what: 'is silent', silent: () => Promise.resolve(1_000), stale: true },
  { what: 'was never seen', silent: () => Promise.resolve(null), stale: true },
  { what: 'cannot be asked for', silent: () => Promise.reject(new DatabaseUnavailable('away')), stale: true },
  { what: 'is asked for in vain', silent: () => new Promise<number>(() => undefined), stale: true },
])('a service whose board $what: stale is $stale', async ({ silent, stale }) => {
  expect(await freshness(silent)).toEqual({ observedAt: new Date(CHECKED), source: 'kuma', stale });
});

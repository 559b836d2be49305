import type { ChangeFeed } from '../../mechanisms/change-feed';
import { positionsOf } from '../../mechanisms/event-store';
import type { CommandHandler, EventCodecs, EventStore } from '../../mechanisms/event-store';
import type { NodeFetcher, ResolverMount } from '../../mechanisms/graphql';
import type { Logger } from '../../mechanisms/observability';
import type { Database, ReadDatabase } from '../../mechanisms/postgres';
import type { Projection, Views } from '../../mechanisms/projections';
import type { OperationContext } from '../../server/context';
import { createBoardPulse } from './board-pulse.read-model';
import { createPulseLoader, createServiceLoader, createServiceQueries, createUptimeLoader } from './loaders';
import { createMonitoringCommands } from './monitoring/commands';
import { monitoringCodecs } from './monitoring/event-codecs';
import { statusAccess } from './policy';
import type { StatusPollerParts } from './poller';
import { createStatusPoller } from './poller';
import type { StatusResolverParts } from './resolvers';
import { createStatusSubscription, presentService, ServiceResolver } from './resolvers';
import { createServiceCommands } from './service/commands';
import { serviceCodecs } from './service/event-codecs';
import { createServiceUptime } from './service-uptime.read-model';
import { createServiceViewProjection, SERVICE_VIEW } from './service-view.read-model';
import type { Service } from './types';

export { SERVICE_VIEW };
export const statusCodecs = [...serviceCodecs, ...monitoringCodecs];

export interface StatusParts {
  /** The primary. */
  database: Database;
  /** For what people ask. */
  reads: ReadDatabase;
  views: Views;
  /** For what the poller writes. */
  background: Database;
  store: EventStore;
  handler: CommandHandler;
  feed: ChangeFeed;
  connectionId: string;
  board: StatusPollerParts['board'];
  ensureConnected: StatusResolverParts['ensureConnected'];
  staleAfterMs: number;
  clock: () => Date;
  log: Logger;
}

/** The folds of this feature. They need nothing of the rest of it. */
export function createStatusProjections({ codecs }: { codecs: EventCodecs }): Projection[] {
  return [createServiceViewProjection(codecs)];
}

/** How the services around us are, as a monitor sees them. */
export function createStatusFeature(parts: StatusParts) {
  const { database, reads, views, background, store, connectionId } = parts;
  const view = views(SERVICE_VIEW);
  const pulse = createBoardPulse(database);
  const api: StatusResolverParts = {
    ...parts,
    queries: createServiceQueries(view),
    positions: positionsOf(store),
    boardSilentForMs: async () => (await pulse.last(connectionId))?.agoMs ?? null,
    createServiceLoader: createServiceLoader(view),
    createChangedServiceLoader: createServiceLoader(database),
    createPulseLoader: createPulseLoader(reads),
    createUptimeLoader: createUptimeLoader(reads),
  };
  const resolvers: ResolverMount[] = [[ServiceResolver, new ServiceResolver(api)], createStatusSubscription(api)];
  const nodes: NodeFetcher<OperationContext> = {
    prefix: 'svc_',
    type: 'Service',
    async load(id, { loaders }, atLeast) {
      const loader = loaders.use(api.createServiceLoader);
      const row = await loader.load(id, api.positions.atLeast(atLeast));
      return row && presentService(row);
    },
  };
  return {
    resolvers,
    access: statusAccess,
    nodeFetchers: [nodes],
    poller: createStatusPoller({
      ...parts,
      services: createServiceCommands(parts),
      monitoring: createMonitoringCommands(parts),
      queries: createServiceQueries(background),
      pulse: createBoardPulse(background),
      uptime: createServiceUptime(background),
    }),
    /** The service of this name, as soon as it is shown so; as it is when that takes too long; null: there is none. */
    async shown(name: string, status: Service['status'], patienceMs: number): Promise<Service | null> {
      const deadline = Date.now() + patienceMs;
      for (;;) {
        const row = await createServiceQueries(database).byName(name);
        const service = row && presentService(row);
        if (service?.status === status || Date.now() > deadline) return service ?? null;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}

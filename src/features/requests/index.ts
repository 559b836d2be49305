import type { ChangeFeed } from '../../mechanisms/change-feed';
import { formatPosition, parsePosition } from '../../mechanisms/event-store';
import type { CommandHandler, EventCodecs, EventStore } from '../../mechanisms/event-store';
import type { ResolverMount } from '../../mechanisms/graphql';
import type { IdempotencyKeys } from '../../mechanisms/idempotency';
import type { JobQueue } from '../../mechanisms/jobs';
import type { Logger } from '../../mechanisms/observability';
import type { Queryable } from '../../mechanisms/postgres';
import type { OperationContext } from '../../server/context';
import type { OverseerrClient } from '../../upstreams/overseerr';
import { createRequestCommands } from './commands';
import type { RequestCommandParts } from './commands';
import type { HandOverParts, HandoverTimes } from './hand-over.reactor';
import { createHandOverReactor, createHandOverTask } from './hand-over.reactor';
import { createOpenRequestLoader, createRequestLoader, createRequestQueries } from './loaders';
import { createLookUpstreamReactor, createLookUpstreamTask } from './look-upstream.reactor';
import { createHandoverCommands, createUserCommands } from './media-request/commands';
import { mediaRequestCodecs } from './media-request/event-codecs';
import { createRequestPoller } from './poller';
import { requestsAccess } from './policy';
import type { Surroundings } from './presentation';
import { presentRequest } from './presentation';
import { countTimeline, createRequestTimelineProjection, readTimeline } from './request-timeline.read-model';
import { createRequestViewProjection, REQUEST_VIEW } from './request-view.read-model';
import type { RequestResolverParts } from './resolvers';
import { createSubscriptionResolver, HandoverResolver, RequestResolver, TitleRequestResolver } from './resolvers';

export { mediaRequestCodecs, REQUEST_VIEW };
export type { HandoverTimes };

export interface RequestsParts {
  database: Queryable;
  store: EventStore;
  codecs: EventCodecs;
  handler: CommandHandler;
  idempotencyKeys: IdempotencyKeys;
  feed: ChangeFeed;
  jobs: JobQueue;
  overseerr: OverseerrClient;
  connections: HandOverParts['connections'] & Pick<RequestResolverParts, 'notices'>;
  titles: Pick<RequestCommandParts, 'remembered'> & {
    createRememberedLoader: RequestResolverParts['createTitleLoader'];
  };
  surroundings: Surroundings;
  upstreamUserOf: HandOverParts['upstreamUserOf'];
  waitFor: RequestCommandParts['waitFor'];
  connectionId: string;
  times: HandoverTimes & { pollFastMs: number };
  clock: () => Date;
  chance: () => number;
  log: Logger;
}

/** Media requests: from asking to being there. */
export function createRequestsFeature(parts: RequestsParts) {
  const { database, store, codecs, handler, idempotencyKeys, clock, connectionId, connections, titles } = parts;
  const queries = createRequestQueries(database);
  const handover = createHandoverCommands({ handler, clock });
  const commands = createRequestCommands({
    commands: createUserCommands({ handler, idempotencyKeys, clock }),
    queries,
    store,
    waitFor: parts.waitFor,
    remembered: titles.remembered,
    connectionId,
  });
  const loaders = {
    createRequestLoader: createRequestLoader(database),
    createOpenRequestLoader: createOpenRequestLoader(database),
    createTitleLoader: titles.createRememberedLoader,
  };
  const api: RequestResolverParts = {
    ...loaders,
    commands,
    queries,
    feed: parts.feed,
    surroundings: parts.surroundings,
    timeline: {
      read: (page) => readTimeline(database, page),
      count: (requestId) => countTimeline(database, requestId),
    },
    positions: {
      format: (position) => formatPosition(store.storeId, position),
      parse: (text) => parsePosition(store.storeId, text),
    },
    waitFor: parts.waitFor,
    notices: connections.notices,
    isUsable: connections.isUsable,
    settleDelayMs: parts.times.settleDelayMs,
    clock,
  };
  const resolvers: ResolverMount[] = [
    [RequestResolver, new RequestResolver(api)],
    [HandoverResolver, new HandoverResolver(api)],
    [TitleRequestResolver, new TitleRequestResolver(api)],
    createSubscriptionResolver(api),
  ];
  const saga = { ...parts, commands: handover };

  return {
    resolvers,
    access: requestsAccess,
    nodeFetchers: [
      {
        prefix: 'req_',
        type: 'MediaRequest',
        async load(id: string, { loaders: scope, viewer }: OperationContext) {
          const row = await scope.use(loaders.createRequestLoader).load(id);
          return row && viewer ? presentRequest(row.state, viewer, parts.surroundings) : null;
        },
      },
    ],
    projections: [
      createRequestViewProjection(codecs),
      createRequestTimelineProjection(codecs),
      createHandOverReactor({ codecs, jobs: parts.jobs }),
      createLookUpstreamReactor({ codecs, jobs: parts.jobs }),
    ],
    tasks: { ...createHandOverTask(saga), ...createLookUpstreamTask(saga) },
    createPoller: () => createRequestPoller({ ...saga, queries, pollFastMs: parts.times.pollFastMs }),
  };
}
export type RequestsFeature = ReturnType<typeof createRequestsFeature>;

import type { ChangeFeed } from '../../mechanisms/change-feed';
import { positionsOf } from '../../mechanisms/event-store';
import type { CommandHandler, EventCodecs, EventStore } from '../../mechanisms/event-store';
import type { NodeFetcher, ResolverMount } from '../../mechanisms/graphql';
import type { IdempotencyKeys } from '../../mechanisms/idempotency';
import type { JobQueue } from '../../mechanisms/jobs';
import type { Logger } from '../../mechanisms/observability';
import type { Place } from '../../mechanisms/postgres';
import type { Projection, Views } from '../../mechanisms/projections';
import type { OperationContext } from '../../server/context';
import type { Notice } from '../connections/types';
import type { OverseerrClient } from '../../upstreams/overseerr';
import { createRequestCommands } from './commands';
import type { RequestCommandParts } from './commands';
import type { HandOverParts } from './hand-over.reactor';
import type { HandoverTimes } from './upstream-talk.reactor';
import { createHandOverReactor, createHandOverTask } from './hand-over.reactor';
import {
  createHandoverQueries,
  createOpenRequestLoader,
  createQueueLoader,
  createRequestLoader,
  createRequestPast,
  createRequestQueries,
  createUsableLoader,
} from './loaders';
import type { HandoverQueries } from './loaders';
import { createLookUpstreamReactor, createLookUpstreamTask } from './look-upstream.reactor';
import { createHandoverCommands, createUserCommands } from './media-request/commands';
import { mediaRequestCodecs } from './media-request/event-codecs';
import { createRequestPoller } from './poller';
import { requestsAccess } from './policy';
import type { Surroundings } from './presentation';
import { presentRequest } from './presentation';
import {
  countTimeline,
  createRequestTimelineProjection,
  readTimeline,
  REQUEST_TIMELINE,
} from './request-timeline.read-model';
import { createRequestViewProjection, REQUEST_VIEW } from './request-view.read-model';
import type { RequestResolverParts } from './resolvers';
import {
  createSubscriptionResolver,
  HandoverResolver,
  MediaItemRequestResolver,
  RequestResolver,
  TitleRequestResolver,
} from './resolvers';
import { createTurns } from './turns';

export { mediaRequestCodecs, REQUEST_VIEW };
export type { HandoverTimes };

export interface RequestsParts {
  /** The primary. */
  database: Place;
  views: Views;
  store: EventStore;
  codecs: EventCodecs;
  handler: CommandHandler;
  idempotencyKeys: IdempotencyKeys;
  feed: ChangeFeed;
  jobs: JobQueue;
  overseerr: OverseerrClient;
  connections: HandOverParts['connections'] &
    Pick<RequestCommandParts, 'ensureConnected'> & { notices(connectionId: string): Promise<Notice[]> };
  titles: Pick<RequestCommandParts, 'remembered'> & {
    createRememberedLoader: RequestResolverParts['createTitleLoader'];
    pictureUrl: RequestResolverParts['pictureUrl'];
  };
  surroundings: Surroundings;
  upstreamUserOf: HandOverParts['upstreamUserOf'];
  waitFor: RequestCommandParts['waitFor'];
  connectionId: string;
  times: HandoverTimes & { pollFastMs: number; releaseMs: number };
  clock: () => Date;
  chance: () => number;
  log: Logger;
}

/** What the resolvers are handed. */
function resolverParts(parts: RequestsParts, handovers: HandoverQueries): RequestResolverParts {
  const { database, views, store, codecs, connections, titles } = parts;
  const view = views(REQUEST_VIEW);
  const commands = createRequestCommands({
    commands: createUserCommands(parts),
    queries: handovers,
    store,
    waitFor: parts.waitFor,
    remembered: titles.remembered,
    connectionId: parts.connectionId,
    ensureConnected: (connectionId) => connections.ensureConnected(connectionId),
  });
  return {
    ...parts,
    createQueueLoader: createQueueLoader(database),
    createUsableLoader: createUsableLoader(connections),
    notices: () => connections.notices(parts.connectionId),
    commands,
    queries: createRequestQueries(view),
    settleDelayMs: parts.times.settleDelayMs,
    createRequestLoader: createRequestLoader(view),
    createChangedRequestLoader: createRequestLoader(database),
    createOpenRequestLoader: createOpenRequestLoader(view),
    createTitleLoader: titles.createRememberedLoader,
    pictureUrl: titles.pictureUrl,
    timeline: {
      read: (page) => readTimeline(views(REQUEST_TIMELINE), page),
      count: (wanted) => countTimeline(views(REQUEST_TIMELINE), wanted),
    },
    positions: positionsOf(store),
    asOf: createRequestPast({ locate: commands.locate, store, codecs }),
  };
}

/** The folds of this feature: read models and reactors. They need nothing of the rest of it. */
export function createRequestProjections(parts: { codecs: EventCodecs; jobs: JobQueue }): Projection[] {
  return [
    createRequestViewProjection(parts.codecs),
    createRequestTimelineProjection(parts.codecs),
    createHandOverReactor(parts),
    createLookUpstreamReactor(parts),
  ];
}

/** Media requests: from asking to being there. */
export function createRequestsFeature(parts: RequestsParts) {
  const handovers = createHandoverQueries(parts.database);
  const api = resolverParts(parts, handovers);
  const turns = createTurns({ database: parts.database, releaseMs: parts.times.releaseMs });
  const saga = { ...parts, turns, commands: createHandoverCommands(parts) };
  const poller = createRequestPoller({ ...saga, ...parts.times, queries: handovers });
  const resolvers: ResolverMount[] = [
    [RequestResolver, new RequestResolver(api)],
    [HandoverResolver, new HandoverResolver(api)],
    [TitleRequestResolver, new TitleRequestResolver(api)],
    [MediaItemRequestResolver, new MediaItemRequestResolver(api)],
    createSubscriptionResolver(api),
  ];
  const requestNodes: NodeFetcher<OperationContext> = {
    prefix: 'req_',
    type: 'MediaRequest',
    async load(id, { loaders, viewer }, atLeast) {
      const loader = loaders.use(api.createRequestLoader);
      const row = await loader.load(id, api.positions.atLeast(atLeast));
      return row && viewer ? presentRequest(row, viewer, parts.surroundings) : null;
    },
  };

  return {
    resolvers,
    access: requestsAccess,
    nodeFetchers: [requestNodes],
    tasks: { ...createHandOverTask(saga), ...createLookUpstreamTask(saga), ...poller.tasks },
    poller,
  };
}

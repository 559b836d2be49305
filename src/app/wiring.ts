import { randomUUID } from 'node:crypto';
import { createChangeFeed, createFeedWriter } from '../mechanisms/change-feed';
import { createCommandHandler, createEventCodecs, formatPosition } from '../mechanisms/event-store';
import { createNodeResolver, graphqlAccess } from '../mechanisms/graphql';
import type { AccessMap, ResolverMount } from '../mechanisms/graphql';
import { createIdempotencyKeys } from '../mechanisms/idempotency';
import { createJobQueue } from '../mechanisms/jobs';
import { createLeases } from '../mechanisms/leases';
import type { Logger } from '../mechanisms/observability';
import { createProjectionEngine, createProjections } from '../mechanisms/projections';
import { createInProcessWakeUp } from '../mechanisms/pubsub';
import { createAccountsFeature } from '../features/accounts';
import { createConnectionsFeature } from '../features/connections';
import type { Connection } from '../features/connections';
import { createDemoFeature } from '../features/demo';
import { createLibraryFeature } from '../features/library';
import { createRequestsFeature, mediaRequestCodecs, REQUEST_VIEW } from '../features/requests';
import type { Member } from './accounts';
import type { Settings } from './config';
import type { Foundations } from './foundations';
import type { Neighbours } from './neighbours';
import type { Releases } from './shutdown';
import { VERSION } from './version';

export interface WiringParts {
  settings: Settings;
  foundations: Foundations;
  neighbours: Neighbours;
  members: readonly Member[];
  tokenKey: Uint8Array;
  releases: Releases;
  log: Logger;
  clock?: () => Date;
}

const OVERSEERR = 'overseerr';
const CATCH_UP_MS = 2_000;

/** Every part, put together by plain functions; nothing runs yet. Roles start what they need of it. */
export function wire(parts: WiringParts) {
  const { settings, foundations, neighbours, members, tokenKey, releases, log, clock = () => new Date() } = parts;
  const { database, background, store } = foundations;
  const { overseerr, overseerrSimulator } = neighbours;

  const codecs = createEventCodecs(mediaRequestCodecs);
  const handler = createCommandHandler({ store, codecs });
  const wakeUp = createInProcessWakeUp();
  const jobs = createJobQueue({ database: background });
  const leases = createLeases({ database: background, holder: randomUUID(), leaseMs: settings.times.leaseMs, log });
  releases.add('leases', () => leases.close());
  const feed = createChangeFeed({ database, store, wakeUp, projections: [REQUEST_VIEW], log });
  releases.add('change feed', () => feed.close());

  const connection: Connection = { id: OVERSEERR, kind: 'OVERSEERR', simulated: !!overseerrSimulator };
  const accounts = createAccountsFeature({ database, key: tokenKey, members, clock });
  const connections = createConnectionsFeature({
    database,
    version: VERSION,
    demo: settings.demo,
    connections: [connection],
    position: async () => formatPosition(store.storeId, await store.head()),
    projections: async () =>
      (await projections.list()).map((one) => ({
        ...one,
        position: formatPosition(store.storeId, one.position),
        lagMs: one.lagMs ?? 0,
      })),
  });
  const isUsable = () => connections.isUsable(OVERSEERR);
  const library = createLibraryFeature({ database, overseerr, connectionId: OVERSEERR, isUsable, clock });
  const check = connections.createCheck({
    connection,
    identify: () => overseerr.identify(),
    probe: () => overseerr.probe(),
    onRestored: () => requestPoller.releaseWaiting(),
    clock,
    log,
  });
  const upstreamUsers = new Map(
    members.map(({ name, overseerrUserId }) => [accounts.directory.byName(name)?.id, overseerrUserId]),
  );
  const requests = createRequestsFeature({
    database,
    store,
    codecs,
    handler,
    idempotencyKeys: createIdempotencyKeys(database),
    feed,
    jobs,
    overseerr: library.overseerr,
    connections: {
      isUsable: (id) => connections.isUsable(id),
      check: () => check(),
      notices: () => connections.notices(),
    },
    titles: library.titles,
    surroundings: {
      person: (accountId) => accounts.directory.byId(accountId) ?? null,
      upstreamUrl: ({ mediaType, tmdbId }) =>
        neighbours.overseerrPages
          ? new URL(`${mediaType.toLowerCase()}/${tmdbId}`, `${neighbours.overseerrUrl}/`).href
          : null,
    },
    upstreamUserOf: (accountId) => upstreamUsers.get(accountId),
    waitFor: (name, position) => projections.waitFor(name, position, CATCH_UP_MS),
    connectionId: OVERSEERR,
    times: settings.times,
    clock,
    chance: Math.random,
    log,
  });
  const requestPoller = requests.createPoller();
  const projections = createProjections({ database, store, projections: requests.projections });
  const engine = createProjectionEngine({
    database: background,
    store,
    projections: requests.projections,
    feed: createFeedWriter({ database: background }),
    wakeUp,
    leases,
    log,
  });
  const demo = overseerrSimulator
    ? createDemoFeature({
        signIn: (name) => accounts.signInAs(name),
        simulated: {
          OVERSEERR: {
            setFault: (fault, delayMs = 3_000) => overseerrSimulator.setFault(fault, delayMs),
            calls: async (first) =>
              overseerrSimulator
                .calls(first)
                .map(({ at, method, path, status }) => ({ at: new Date(at), method, path, status })),
            check: async () => {
              await check();
              return connections.info(connection);
            },
          },
        },
      })
    : undefined;

  const features = [accounts, connections, library, requests, ...(demo ? [demo] : [])];
  const access: AccessMap = Object.assign({}, graphqlAccess, ...features.map((feature) => feature.access));
  const fetchers = [...accounts.nodeFetchers, ...requests.nodeFetchers];
  const resolvers: ResolverMount[] = [
    ...features.flatMap((feature) => feature.resolvers),
    createNodeResolver(fetchers, access),
  ];
  return {
    settings,
    log,
    accounts,
    library,
    requests,
    requestPoller,
    check,
    engine,
    leases,
    background,
    store,
    access,
    resolvers,
  };
}
export type House = ReturnType<typeof wire>;

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
import {
  createRequestProjections,
  createRequestsFeature,
  mediaRequestCodecs,
  REQUEST_VIEW,
} from '../features/requests';
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
  clock: () => Date;
}

const OVERSEERR = 'overseerr';
const CATCH_UP_MS = 2_000;

/** How it works: everything that knows no business. */
function wireMechanisms({ settings, foundations, releases, log }: WiringParts) {
  const { database, background, store } = foundations;
  const codecs = createEventCodecs(mediaRequestCodecs);
  const jobs = createJobQueue({ database: background });
  const folds = createRequestProjections({ codecs, jobs });
  const wakeUp = createInProcessWakeUp();
  const leases = createLeases({ database: background, holder: randomUUID(), leaseMs: settings.times.leaseMs, log });
  releases.add('leases', () => leases.close());
  const feed = createChangeFeed({ database, store, wakeUp, projections: [REQUEST_VIEW], log });
  releases.add('change feed', () => feed.close());
  return {
    codecs,
    jobs,
    leases,
    feed,
    handler: createCommandHandler({ store, codecs }),
    idempotencyKeys: createIdempotencyKeys(database),
    projections: createProjections({ database, store, projections: folds }),
    engine: createProjectionEngine({
      database: background,
      store,
      projections: folds,
      feed: createFeedWriter({ database: background }),
      wakeUp,
      leases,
      log,
    }),
  };
}
type Mechanisms = ReturnType<typeof wireMechanisms>;

function wireConnections({ settings, foundations, neighbours }: WiringParts, { projections }: Mechanisms) {
  const { database, store } = foundations;
  const format = (position: bigint) => formatPosition(store.storeId, position);
  const connection: Connection = { id: OVERSEERR, kind: 'OVERSEERR', simulated: !!neighbours.overseerrSimulator };
  const connections = createConnectionsFeature({
    database,
    version: VERSION,
    demo: settings.demo,
    connections: [connection],
    position: async () => format(await store.head()),
    projections: async () =>
      (await projections.list()).map((one) => ({ ...one, position: format(one.position), lagMs: one.lagMs ?? 0 })),
  });
  return { connection, connections };
}

/** What we do: the features, each handed what it asks for. */
function wireFeatures(parts: WiringParts, mechanisms: Mechanisms) {
  const { settings, foundations, neighbours, members, clock, log } = parts;
  const { database, store } = foundations;
  const { overseerr, overseerrUrl, overseerrPages } = neighbours;
  const accounts = createAccountsFeature({ database, key: parts.tokenKey, members, clock });
  const { connection, connections } = wireConnections(parts, mechanisms);
  const isUsable = () => connections.isUsable(OVERSEERR);
  const library = createLibraryFeature({ database, overseerr, connectionId: OVERSEERR, isUsable, clock, log });
  const users = new Map(
    members.map(({ name, overseerrUserId }) => [accounts.directory.byName(name)?.id, overseerrUserId]),
  );
  const requests = createRequestsFeature({
    ...mechanisms,
    database,
    store,
    overseerr: library.overseerr,
    connections: { ...connections, check: () => check() },
    titles: library.titles,
    surroundings: {
      person: (accountId) => accounts.directory.byId(accountId) ?? null,
      upstreamUrl: ({ mediaType, tmdbId }) =>
        overseerrPages ? new URL(`${mediaType.toLowerCase()}/${tmdbId}`, `${overseerrUrl}/`).href : null,
    },
    upstreamUserOf: (accountId) => users.get(accountId),
    waitFor: (name, position) => mechanisms.projections.waitFor(name, position, CATCH_UP_MS),
    connectionId: OVERSEERR,
    times: settings.times,
    clock,
    chance: Math.random,
    log,
  });
  const check = connections.createCheck({
    connection,
    identify: () => overseerr.identify(),
    probe: () => overseerr.probe(),
    onRestored: () => requests.poller.releaseWaiting(),
    clock,
    log,
  });
  return { accounts, connections, connection, library, requests, check };
}
type Features = ReturnType<typeof wireFeatures>;

/** The switches of the simulators; undefined where nothing is simulated. */
function wireDemo({ neighbours }: WiringParts, { accounts, connections, connection, check }: Features) {
  const simulator = neighbours.overseerrSimulator;
  if (!simulator) return undefined;
  return createDemoFeature({
    signIn: (name) => accounts.signInAs(name),
    simulated: {
      OVERSEERR: {
        setFault: (fault, delayMs = 3_000) => simulator.setFault(fault, delayMs),
        calls: async (first) => simulator.calls(first).map((call) => ({ ...call, at: new Date(call.at) })),
        async check() {
          await check();
          return connections.info(connection);
        },
      },
    },
  });
}

/** Every part, put together by plain functions; nothing runs yet. Roles start what they need of it. */
export function wire(parts: WiringParts) {
  const mechanisms = wireMechanisms(parts);
  const features = wireFeatures(parts, mechanisms);
  const demo = wireDemo(parts, features);
  const { accounts, connections, library, requests } = features;
  const mounted = [accounts, connections, library, requests, ...(demo ? [demo] : [])];
  const access: AccessMap = Object.assign({}, graphqlAccess, ...mounted.map((feature) => feature.access));
  const nodes = createNodeResolver([...accounts.nodeFetchers, ...requests.nodeFetchers], access);
  const resolvers: ResolverMount[] = [...mounted.flatMap((feature) => feature.resolvers), nodes];
  return { ...parts, ...mechanisms, ...features, access, resolvers };
}
export type House = ReturnType<typeof wire>;

import { randomUUID } from 'node:crypto';
import { createCache } from '../mechanisms/cache';
import { createChangeFeed, createFeedWriter } from '../mechanisms/change-feed';
import { createCommandHandler, positionsOf } from '../mechanisms/event-store';
import { createNodeResolver, graphqlAccess } from '../mechanisms/graphql';
import type { AccessMap, ResolverMount } from '../mechanisms/graphql';
import type { Images } from '../mechanisms/images';
import { createIdempotencyKeys } from '../mechanisms/idempotency';
import { createJobQueue } from '../mechanisms/jobs';
import { createLeases } from '../mechanisms/leases';
import type { Logger, Observer } from '../mechanisms/observability';
import { createProjectionEngine, createProjections, createViews } from '../mechanisms/projections';
import { createInProcessWakeUp, createRedisWakeUp } from '../mechanisms/pubsub';
import type { WakeUp } from '../mechanisms/pubsub';
import { createAccountsFeature } from '../features/accounts';
import { createAuditFeature } from '../features/audit';
import type { ConnectionsFeature } from '../features/connections';
import { createConnectionsFeature } from '../features/connections';
import type { Simulated } from '../features/demo';
import { createDemoFeature } from '../features/demo';
import { createLibraryFeature } from '../features/library';
import { createRequestsFeature, REQUEST_VIEW } from '../features/requests';
import { createStatusFeature, SERVICE_VIEW } from '../features/status';
import type { PlexClient } from '../upstreams/plex';
import type { Member } from './accounts';
import type { Settings } from './config';
import { allCodecs } from './event-codecs';
import type { Foundations } from './foundations';
import type { Upstream, Upstreams } from './upstreams';
import { allProjections, tellProjections } from './projections';
import type { Releases } from './shutdown';
import { VERSION } from './version';

export interface WiringParts {
  settings: Settings;
  foundations: Foundations;
  upstreams: Upstreams;
  members: readonly Member[];
  tokenKey: Uint8Array;
  images: Images;
  observer: Observer;
  releases: Releases;
  log: Logger;
  clock: () => Date;
}

const CATCH_UP_MS = 2_000;

/** With Redis also for the other processes. */
function wireWakeUp({ foundations, releases }: WiringParts): WakeUp {
  const { redis } = foundations;
  if (!redis) return createInProcessWakeUp();
  const wakeUp = createRedisWakeUp(redis);
  releases.add('wake-up', () => wakeUp.close());
  return wakeUp;
}

/** How it works: everything that knows no business. */
function wireMechanisms(parts: WiringParts) {
  const { settings, foundations, releases, observer, clock, log } = parts;
  const { database, background, reads, store } = foundations;
  const codecs = allCodecs();
  const jobs = createJobQueue({ database: background });
  const folds = allProjections({ codecs, jobs });
  const wakeUp = wireWakeUp(parts);
  const leases = createLeases({ database: background, holder: randomUUID(), leaseMs: settings.times.leaseMs, log });
  releases.add('leases', () => leases.close());
  const feed = createChangeFeed({
    ...{ database, store, wakeUp, log, pollMs: settings.times.feedPollMs },
    projections: [REQUEST_VIEW, SERVICE_VIEW],
  });
  releases.add('change feed', () => feed.close());
  const cache = createCache({
    ...(foundations.redis && { redis: foundations.redis }),
    clock,
    onRead: (outcome, { connection: of, kind: what, ms }) => observer.step({ kind: 'CACHE', of, what, outcome, ms }),
  });
  releases.add('cache', () => cache.close());
  return {
    codecs,
    jobs,
    leases,
    feed,
    cache,
    handler: createCommandHandler({ store, codecs }),
    idempotencyKeys: createIdempotencyKeys(database),
    projections: createProjections({ database: background, store, projections: folds }),
    /** The projections that queries read; the others are reactors, which write no rows. */
    viewNames: folds.filter(({ tables }) => tables.length > 0).map(({ name }) => name),
    views: createViews({ reads, store, projections: folds, patienceMs: CATCH_UP_MS }),
    engine: createProjectionEngine({
      codecs,
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

function wireConnections(
  { settings, foundations, upstreams, clock, log }: WiringParts,
  { projections, ...mechanisms }: Mechanisms,
) {
  const { database, store } = foundations;
  const { format } = positionsOf(store);
  return createConnectionsFeature({
    ...mechanisms,
    database,
    formatPosition: format,
    clock,
    log,
    version: VERSION,
    demo: settings.demo,
    connections: Object.values(upstreams).map(({ connection }) => connection),
    position: async () => format(await store.head()),
    replicas: () => foundations.reads.replicas(),
    projections: () => tellProjections(projections, format),
  });
}

/** What there is and could be: in Plex, and through the request service. */
function wireLibrary(
  { foundations, upstreams, images, clock, log }: WiringParts,
  { cache }: Mechanisms,
  connections: ConnectionsFeature,
) {
  const { overseerr, plex } = upstreams;
  const service = <Client>({ connection, client }: Upstream<Client>) => ({
    client,
    connectionId: connection.id,
    async isUsable() {
      connections.ensureConnected(connection.id);
      return connections.isUsable(connection.id);
    },
  });
  return createLibraryFeature({
    database: foundations.database,
    cache,
    overseerr: service(overseerr),
    plex: { ...service(plex), machineId: () => connections.acceptedInstance(plex.connection.id) },
    pictureUrl: (source, path) => images.addressOf({ source, path }),
    clock,
    log,
  });
}

/** What we do: the features, each handed what it asks for. */
function wireFeatures(parts: WiringParts, mechanisms: Mechanisms) {
  const { settings, foundations, upstreams, members, clock, log } = parts;
  const { database, store } = foundations;
  const { overseerr } = upstreams;
  const accounts = createAccountsFeature({ ...mechanisms, database, key: parts.tokenKey, members, clock });
  const connections = wireConnections(parts, mechanisms);
  const connectionId = overseerr.connection.id;
  const library = wireLibrary(parts, mechanisms, connections);
  const person = (accountId: string) => accounts.directory.byId(accountId) ?? null;
  const users = new Map(
    members.map(({ name, overseerrUserId }) => [accounts.directory.byName(name)?.id, overseerrUserId]),
  );
  const requests = createRequestsFeature({
    ...mechanisms,
    database,
    store,
    overseerr: library.overseerr,
    connections: { ...connections, check: async (id) => connections.checks.get(id)?.() },
    titles: library.titles,
    surroundings: {
      person,
      upstreamUrl: ({ mediaType, tmdbId }) =>
        overseerr.pagesUrl && new URL(`${mediaType.toLowerCase()}/${tmdbId}`, `${overseerr.pagesUrl}/`).href,
    },
    upstreamUserOf: (accountId) => users.get(accountId),
    waitFor: (name, position) => mechanisms.projections.waitFor(name, position, CATCH_UP_MS),
    connectionId,
    times: settings.times,
    clock,
    chance: Math.random,
    log,
  });
  connections.watch(upstreams.plex.connection, watchPlex(upstreams.plex.client));
  connections.watch(overseerr.connection, {
    identify: () => overseerr.client.identify(),
    probe: () => overseerr.client.probe(),
    strange: () => overseerr.client.strange(),
    onRestored: (tx) => requests.poller.releaseWaiting(tx),
  });
  const status = wireStatus(parts, mechanisms, connections);
  const audit = createAuditFeature({ ...mechanisms, store, person });
  return { accounts, audit, connections, library, requests, status };
}
type Features = ReturnType<typeof wireFeatures>;

/** Who Plex is costs as little as whether it lives. */
function watchPlex(plex: PlexClient) {
  const identify = async () => {
    const { machineId: instanceId, ...itself } = await plex.identify();
    return { ...itself, instanceId };
  };
  return { identify, probe: identify, strange: () => [], onRestored: () => Promise.resolve() };
}

function wireStatus(parts: WiringParts, mechanisms: Mechanisms, connections: ConnectionsFeature) {
  const { settings, foundations, upstreams, clock, log } = parts;
  const { connection, client } = upstreams.uptimeKuma;
  connections.watch(connection, {
    identify: () => client.identify(),
    probe: () => client.probe(),
    strange: () => client.strange(),
    onRestored: async () => undefined, // what changed meanwhile comes with the board
  });
  return createStatusFeature({
    ...mechanisms,
    ...foundations,
    connectionId: connection.id,
    board: client,
    ensureConnected: () => connections.ensureConnected(connection.id),
    staleAfterMs: settings.times.staleAfterMs,
    clock,
    log,
  });
}

/** The switches of the simulators; undefined where nothing is simulated. */
function wireDemo({ settings, upstreams }: WiringParts, { accounts, connections, status }: Features) {
  if (!settings.demo) return undefined;
  const { overseerr, plex, uptimeKuma } = upstreams;
  const switches = ({ simulated, connection }: Upstreams[keyof Upstreams]): Simulated | undefined =>
    simulated && {
      setFault: (fault, delayMs = 3_000) => simulated.switches.setFault(fault, delayMs),
      calls: async (first) =>
        (await simulated.switches.calls(first)).map((call) => ({ ...call, at: new Date(call.at) })),
      check: () => connections.check(connection),
    };
  return createDemoFeature({
    signIn: (name) => accounts.signInAs(name),
    simulated: { PLEX: switches(plex), OVERSEERR: switches(overseerr), UPTIME_KUMA: switches(uptimeKuma) },
    async setMonitor(name, shown) {
      const known = await uptimeKuma.simulated?.switches.setMonitor(name, shown);
      return known ? status.shown(name, shown, CATCH_UP_MS) : null;
    },
  });
}

/** Every part, put together by plain functions; nothing runs yet. Roles start what they need of it. */
export function wire(parts: WiringParts) {
  const mechanisms = wireMechanisms(parts);
  const features = wireFeatures(parts, mechanisms);
  const demo = wireDemo(parts, features);
  const { accounts, audit, connections, library, requests, status } = features;
  const mounted = [accounts, audit, connections, library, requests, status, ...(demo ? [demo] : [])];
  const access: AccessMap = Object.assign({}, graphqlAccess, ...mounted.map((feature) => feature.access));
  const nodes = createNodeResolver(
    [...accounts.nodeFetchers, ...library.nodeFetchers, ...requests.nodeFetchers, ...status.nodeFetchers],
    access,
  );
  const resolvers: ResolverMount[] = [...mounted.flatMap((feature) => feature.resolvers), nodes];
  return { ...parts, ...mechanisms, ...features, access, resolvers };
}
export type House = ReturnType<typeof wire>;

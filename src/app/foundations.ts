import { createHmac } from 'node:crypto';
import path from 'node:path';
import { createEmbeddedPostgres, findRunning, isMade } from '../mechanisms/embedded-postgres';
import type { Address } from '../mechanisms/embedded-postgres';
import { StartupError } from '../mechanisms/errors';
import { createEventStoreDbStore } from '../mechanisms/event-store/eventstoredb';
import { createPostgresEventStore, settleEventStore } from '../mechanisms/event-store/postgres';
import type { PostgresEventStoreParts } from '../mechanisms/event-store/postgres';
import { monitorAppends } from '../mechanisms/event-store';
import type { EventStore } from '../mechanisms/event-store';
import { migrateJobs, unlockJobsOfDeadProcesses } from '../mechanisms/jobs';
import { endAllLeases } from '../mechanisms/leases';
import type { Logger, Observer } from '../mechanisms/observability';
import type { DatabaseOptions, PostgresDatabase, ReadDatabase } from '../mechanisms/postgres';
import { APP_ROLE, asRole, createDatabase, createReadDatabase, migrate } from '../mechanisms/postgres';
import type { RedisConnections } from '../mechanisms/redis';
import { createRedisConnections } from '../mechanisms/redis';
import type { Settings } from './config';
import type { Releases } from './shutdown';
import type { StateFolder } from './state-folder';

/** What everything stands on: a migrated database, as the role that serves, and the event store, in it or on its own. */
export interface Foundations {
  /** For requests of users. */
  database: PostgresDatabase;
  /** For projections, jobs and polling: a burst there must not make a user wait for a connection. */
  background: PostgresDatabase;
  /** For what people ask and that may be a little old: at the replicas, where there are some. */
  reads: ReadDatabase;
  store: EventStore;
  /** Absent: there is none. It may be away at any time, and nothing may depend on it. */
  redis?: RedisConnections;
}

export interface FoundationParts {
  settings: Pick<Settings, 'databaseUrl' | 'replicaUrls' | 'eventStoreUrl' | 'redisUrl'> & {
    times: Pick<Settings['times'], 'replicaLagMs'>;
  };
  folder: StateFolder;
  releases: Releases;
  /** Hears of what runs for good; of what a start or a look needs nobody does. */
  observer?: Observer;
  log: Logger;
}

/** A database that froze must not hang everything for ever: who waits in person gives up early. */
const SERVING_STATEMENT_MS = 10_000;
const BACKGROUND_STATEMENT_MS = 60_000;
const POOL_SIZE = 20;
/** Who asks and would wait longer for a connection than for an answer had better come again. */
const MAX_WAIT_MS = 1_000;

interface Server {
  owner: string;
  serving: DatabaseOptions['connection'];
  password?: string;
}

/** The embedded PostgreSQL: a private socket, so that no password is needed. */
export async function startEmbedded(
  { folder, releases, log }: Omit<FoundationParts, 'settings'>,
  limits?: { max_connections: number },
): Promise<Server> {
  const postgres = createEmbeddedPostgres({
    dataDir: folder.place('postgres', 'data'),
    log: log.child({ component: 'postgres' }),
    ...(limits && { settings: limits }),
    onRestart: () => log.warn('the database had died and is back'),
  });
  releases.add('postgres', () => postgres.stop()); // also one whose start is given up
  await postgres.start();
  return serverAt(postgres);
}

function serverAt({ connection: { user, database }, urlFor }: Address): Server {
  return { owner: urlFor({ user, database }), serving: urlFor({ user: APP_ROLE, database }) };
}

/** Somebody's own: the serving role's password follows from a key of ours, so that nobody has to choose or keep one. */
function external(databaseUrl: string, folder: StateFolder): Server {
  const password = createHmac('sha256', folder.key('database')).update(APP_ROLE).digest('base64url');
  return { owner: databaseUrl, serving: asRole(databaseUrl, { user: APP_ROLE, password }), password };
}

/** Ours to bring up to date: nobody serves from it but who starts now. */
async function prepareServer(parts: FoundationParts): Promise<Server> {
  const { settings, folder, log } = parts;
  const server = settings.databaseUrl ? external(settings.databaseUrl, folder) : await startEmbedded(parts);
  const { owner, password } = server;
  await migrate({ owner, appRole: { name: APP_ROLE, ...(password ? { password } : {}) }, log });
  const database = createDatabase({ connection: owner, max: 1, applicationName: 'medianest start', log });
  await settleEventStore(database, log).finally(() => database.close());
  return server;
}

/**
 * The event store for a command of the command line. That of a running server is taken as it is; an embedded database that does not run is started
 * for the command. Throws StartupError when there is none yet.
 */
export async function visitEventStore(parts: FoundationParts): Promise<EventStore> {
  return openEventStore(parts.settings.eventStoreUrl ?? { database: await visitDatabase(parts) }, parts);
}

/** The database, likewise. */
export async function visitDatabase(parts: FoundationParts): Promise<PostgresDatabase> {
  const { settings, folder, releases, log } = parts;
  const dataDir = path.join(folder.path, 'postgres', 'data');
  const running = findRunning(dataDir);
  const isThere = settings.databaseUrl ? folder.hasKey('database') : running || isMade(dataDir);
  if (!isThere) {
    throw new StartupError(
      `there is no event store in ${folder.path} yet: start MediaNest once, or set MEDIANEST_HOME`,
    );
  }
  const server = settings.databaseUrl
    ? external(settings.databaseUrl, folder)
    : running
      ? serverAt(running)
      : await prepareServer(parts);
  const database = createDatabase({ connection: server.serving, max: 4, applicationName: 'medianest look', log });
  releases.add('database pool', () => database.close());
  return database;
}

/** In a database, or on its own at an address. */
async function openEventStore(
  place: Omit<PostgresEventStoreParts, 'log'> | string,
  { releases, observer, log }: FoundationParts,
): Promise<EventStore> {
  const store = await (typeof place === 'string'
    ? createEventStoreDbStore({ url: place, log })
    : createPostgresEventStore({ ...place, log }));
  releases.add('event store', () => store.close());
  return observer ? monitorAppends(store, observer) : store;
}

export async function layFoundations(parts: FoundationParts): Promise<Foundations> {
  const { settings, releases, observer, log } = parts;
  const { serving, password } = await prepareServer(parts);

  const open = (name: string, limits: Pick<DatabaseOptions, 'statementTimeoutMs' | 'maxWaitMs'>): PostgresDatabase => {
    const applicationName = `medianest ${name}`;
    const options = { connection: serving, max: POOL_SIZE, applicationName, log, ...limits };
    const database = createDatabase({ ...options, ...(observer && { observer }) });
    releases.add(`database pool ${name}`, () => database.close());
    return database;
  };
  const database = open('serving', { statementTimeoutMs: SERVING_STATEMENT_MS, maxWaitMs: MAX_WAIT_MS });
  const background = open('background', { statementTimeoutMs: BACKGROUND_STATEMENT_MS });
  const reads = openReplicas(database, { ...parts, password });
  if (settings.databaseUrl) await migrateJobs({ database: background, log });
  else await takeOver(background, log);
  const store = await openEventStore(settings.eventStoreUrl ?? { database, background }, parts);
  const redis = settings.redisUrl ? connectRedis(settings.redisUrl, store, parts) : undefined;
  return { database, background, reads, store, ...(redis ? { redis } : {}) };
}

/** A replica has the roles of its primary, and their passwords. */
function openReplicas(primary: PostgresDatabase, parts: FoundationParts & Pick<Server, 'password'>): ReadDatabase {
  const { settings, password, releases, observer, log } = parts;
  const reads = createReadDatabase({
    primary,
    replicas: settings.replicaUrls.map((url) => asRole(url, { user: APP_ROLE, password })),
    max: POOL_SIZE,
    statementTimeoutMs: SERVING_STATEMENT_MS,
    maxWaitMs: MAX_WAIT_MS,
    lagBoundMs: settings.times.replicaLagMs,
    ...(observer && { observer }),
    log,
  });
  releases.add('database replicas', () => reads.close());
  return reads;
}

/** The embedded database ends with its owner: whoever led or worked on it is gone, and we need not wait for the end of its leases. */
export async function takeOver(database: PostgresDatabase, log: Logger): Promise<void> {
  await migrateJobs({ database, log });
  await endAllLeases(database);
  await unlockJobsOfDeadProcesses(database, 0);
}

/** Keys begin with the store's id: what another house, or this one before a restore, has left there is not ours. */
function connectRedis(url: string, { storeId }: EventStore, { releases, log }: FoundationParts): RedisConnections {
  const redis = createRedisConnections({
    url,
    prefix: `medianest:${storeId}:`,
    log: log.child({ component: 'redis' }),
  });
  releases.add('redis', () => redis.close());
  return redis;
}

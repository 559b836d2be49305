import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Logger } from '../../mechanisms/observability';
import { createLogger } from '../../mechanisms/observability';
import { APP_ROLE, createDatabase, migrate } from '../../mechanisms/postgres';
import { startPrivateRedis } from '../../mechanisms/redis';
import { environmentWith } from '../config';
import type { RoleName, Settings } from '../config';
import { startEmbedded, takeOver } from '../foundations';
import { connectUpstreams } from '../upstreams';
import type { Announcement, Started } from '../run';
import { urlOf } from '../run';
import type { Releases } from '../shutdown';
import { createReleases } from '../shutdown';
import type { StateFolder } from '../state-folder';
import { openStateFolder } from '../state-folder';
import type { ChildProcessesOptions } from './child-processes';
import { STOPPED_WITHIN_MS, startChildProcesses } from './child-processes';
import { startLoadBalancer } from './load-balancer';
import { metricsPortsOf } from './metrics-ports';
import { serveSimulators } from './simulators-server';

/** Who plays what; two of each who may be two. */
export const MEMBERS: readonly [name: string, role: RoleName][] = [
  ['api-1', 'api'],
  ['api-2', 'api'],
  ['projector-1', 'projector'],
  ['projector-2', 'projector'],
  ['worker-1', 'worker'],
  ['worker-2', 'worker'],
  ['poller-1', 'poller'],
];

/** Twenty connections in each of two pools, and some. */
const CONNECTIONS = 50 * MEMBERS.length;

interface StackParts {
  settings: Settings;
  folder: StateFolder;
  releases: Releases;
  log: Logger;
}

/** The whole house on one machine, each role a process of its own, behind one address. What was opened is closed again when the start fails. */
export async function startStack(
  settings: Settings,
  how: Pick<ChildProcessesOptions, 'program' | 'signal'>,
): Promise<Started> {
  const log = createLogger({ level: settings.logLevel });
  const metricsPorts = metricsPortsOf(settings, MEMBERS.length);
  const releases = createReleases(log);
  try {
    const folder = openStateFolder(settings.home, settings.key);
    const parts = { settings, folder, releases, log };
    const surroundings = await prepare(parts);
    const env = (role: RoleName, place: number) => {
      const own = { ROLES: role, HOST: '127.0.0.1', PORT: '0', METRICS_PORT: metricsPorts[place] ?? '' };
      return environmentWith({ ...surroundings, ...own });
    };
    const members = new Map(MEMBERS.map(([name, role], place) => [name, env(role, place)]));
    const processes = await startChildProcesses({ ...how, members, log });
    const said = (name: string): Announcement | null => processes.said(name);
    const apis = MEMBERS.filter(([, role]) => role === 'api').map(([name]) => name);
    // What they stand on is not taken away before the last of them is gone.
    releases.add('processes', () => processes.stop(), STOPPED_WITHIN_MS);
    const { host, port } = settings;
    const balancer = await startLoadBalancer({
      host,
      port,
      backends: apis.map((name) => () => addressOf(said(name))),
      log,
    });
    releases.add('load balancer', () => balancer.close());
    const url = urlOf({ host, port: balancer.port });
    const [, code] = said(apis[0]!)?.signInLink?.split('#') ?? [];
    return { url, monitoringUrl: null, signInLink: code ? `${url}#${code}` : null, stop: () => releases.releaseAll() };
  } catch (error) {
    await releases.releaseAll();
    throw error;
  }
}

function addressOf(said: Announcement | null) {
  if (!said?.url) return null;
  const { hostname, port } = new URL(said.url);
  return { host: hostname, port: Number(port) };
}

/** What all processes share, as their settings: the database, Redis where there is one, the simulators. */
async function prepare(parts: StackParts): Promise<Record<string, string>> {
  const { settings, folder } = parts;
  const databaseUrl = settings.databaseUrl ?? (await startDatabase(parts));
  const redisUrl = settings.redisUrl ?? (await startRedis(parts));
  const simulatorsUrl = settings.demo ? await startSimulators(parts) : undefined;
  return {
    MEDIANEST_HOME: folder.path,
    DATABASE_URL: databaseUrl,
    DEMO: settings.demo ? '1' : '0',
    ...(redisUrl && { REDIS_URL: redisUrl }),
    ...(simulatorsUrl && { SIMULATORS_URL: simulatorsUrl }),
  };
}

async function startDatabase({ folder, releases, log }: StackParts): Promise<string> {
  const { owner, serving } = await startEmbedded({ folder, releases, log }, { max_connections: CONNECTIONS });
  await migrate({ owner, appRole: { name: APP_ROLE }, log });
  const database = createDatabase({ connection: serving, max: 1, applicationName: 'medianest stack', log });
  await takeOver(database, log).finally(() => database.close());
  return owner;
}

async function startRedis({ releases, log }: StackParts): Promise<string | undefined> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'medianest-redis-'));
  releases.add('folder of redis', () => rmSync(folder, { recursive: true, force: true }));
  const redis = await startPrivateRedis(folder);
  if (!redis)
    return void log.info('neither redis-server nor valkey-server is installed: processes wake each other by polling');
  releases.add('redis', () => redis.stop());
  return redis.url;
}

async function startSimulators(parts: StackParts): Promise<string> {
  const upstreams = Object.values(await connectUpstreams(parts));
  const simulated = upstreams.flatMap((one) => (one.simulated ? [[one.connection.id, one.simulated] as const] : []));
  return serveSimulators(new Map(simulated), parts.releases);
}

import { createLogger, createObserver } from '../mechanisms/observability';
import type { Logger } from '../mechanisms/observability';
import { membersOf } from './accounts';
import { readSettings } from './config';
import type { Settings } from './config';
import { layFoundations } from './foundations';
import { connectSimulators, connectUpstreams } from './upstreams';
import { openPictures } from './pictures';
import { startApi } from './roles/api';
import { startMonitoring } from './roles/monitoring';
import { startPoller } from './roles/poller';
import { startProjector } from './roles/projector';
import { startWorker } from './roles/worker';
import { createReleases, failWhen } from './shutdown';
import type { Releases } from './shutdown';
import { openStateFolder } from './state-folder';
import { wire } from './wiring';
import type { House, WiringParts } from './wiring';

/** What a test may put in the place of a part, to die or to freeze at a named point. */
export type Replace = (
  parts: Pick<WiringParts, 'foundations' | 'upstreams'>,
) => Pick<WiringParts, 'foundations' | 'upstreams'>;

/** What a process says when it is ready. */
export interface Announcement {
  /** Where it listens; null without the role `api`. */
  url: string | null;
  /** Where `/metrics` and `/health/…` are, without METRICS_PORT null. */
  monitoringUrl: string | null;
  /** Signs the playground in, once; null outside demo mode. */
  signInLink: string | null;
}

export interface Started extends Announcement {
  stop(): Promise<void>;
}

export interface Running extends Started {
  house: House;
}

export interface RunOptions {
  replace?: Replace;
  /** Told to go: a start that is not done is given up, though it may still wait for what it has asked. */
  signal?: AbortSignal;
}

/** Starts the roles of the settings. What was opened is closed again when the start fails, or is given up. */
export async function run(
  settings: Settings,
  { replace = (parts) => parts, signal }: RunOptions = {},
): Promise<Running> {
  const log = createLogger({ level: settings.logLevel });
  const releases = createReleases(log);
  try {
    const starting = start(settings, { releases, replace, log });
    return await (signal ? Promise.race([starting, failWhen(signal)]) : starting);
  } catch (error) {
    await releases.releaseAll();
    throw error;
  }
}

async function start(
  settings: Settings,
  { releases, replace, log }: { releases: Releases; replace: Replace; log: Logger },
): Promise<Running> {
  warnOfHaste(settings.times, log);
  const folder = openStateFolder(settings.home, settings.key);
  const observer = createObserver();
  const foundations = await layFoundations({ settings, folder, releases, observer, log });
  const remoteSimulators = settings.simulatorsUrl && connectSimulators(settings.simulatorsUrl, { releases, log });
  const upstreams = await connectUpstreams({
    settings,
    folder,
    releases,
    observer,
    log,
    ...(remoteSimulators && { remoteSimulators }),
  });
  const parts = replace({ foundations, upstreams });
  const images = await openPictures({ ...parts, folder, observer, log });
  const house = wire({
    ...parts,
    images,
    settings,
    members: membersOf(settings),
    tokenKey: folder.key('tokens'),
    observer,
    releases,
    log,
    clock: () => new Date(),
  });
  let atWork = false;
  const monitoring = await startMonitoring(house, () => atWork);
  const api = await playRoles(house);
  releases.add('readiness', () => Promise.resolve(void (atWork = false)));
  atWork = true;
  const url = api ? urlOf(api.address) : null;
  return {
    url,
    monitoringUrl: monitoring && originOf(monitoring.address),
    signInLink: url && settings.demo ? `${url}#code=${await house.accounts.issueAdminCode()}` : null,
    house,
    stop: () => releases.releaseAll(),
  };
}

/** Answers with the api, if it is played here. */
async function playRoles(house: House): Promise<Awaited<ReturnType<typeof startApi>> | undefined> {
  const { settings, releases } = house;
  const plays = (role: Settings['roles'][number]) => settings.roles.includes(role);
  // The api still answers what it was asked, and needs the projector for it: the projector stops last, after all others, which stop together.
  if (plays('projector')) releases.add('projector', startProjector(house));
  const others: (() => Promise<void>)[] = [];
  releases.add('roles', async () => void (await Promise.all(others.map((stop) => stop()))));
  if (plays('worker')) others.push(await startWorker(house));
  if (plays('poller')) others.push(await startPoller(house));
  const api = plays('api') ? await startApi(house) : undefined;
  if (api) others.push(api.stop);
  return api;
}

/** An attempt of unknown outcome may take two calls, a look and a create. Settled sooner, its request could arrive after our next look. */
function warnOfHaste({ settleDelayMs, callMs }: Settings['times'], log: Logger): void {
  if (settleDelayMs >= 2 * callMs) return;
  log.warn(
    { settleDelayMs, callMs },
    'SETTLE_DELAY_MS is shorter than two calls (CALL_TIMEOUT_MS): a slow request could be doubled',
  );
}

export const urlOf = (address: { host: string; port: number }): string => `${originOf(address)}/graphql`;

function originOf({ host, port }: { host: string; port: number }): string {
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${shown}:${port}`;
}

export { readSettings };

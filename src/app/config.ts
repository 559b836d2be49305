import { z } from 'zod';
import { StartupError } from '../mechanisms/errors';
import {
  databaseUrl,
  databaseUrls,
  eventStoreUrl,
  count,
  milliseconds,
  points,
  port,
  upstreamUsers,
  webAddress,
} from './setting-forms';

export const ROLES = ['api', 'projector', 'worker', 'poller'] as const;
export type RoleName = (typeof ROLES)[number];

/** What the environment says, checked. Times in milliseconds. */
export interface Settings {
  host: string;
  port: number;
  /** Where health and metrics are told, whatever the roles. Absent: nowhere. */
  metricsPort?: number;
  /** State of the embedded default and generated keys. */
  home: string;
  /** All keys follow from it. Absent: they are made and kept in `home`. */
  key?: string;
  /** Absent: the embedded PostgreSQL. */
  databaseUrl?: string;
  /** Streaming replicas of it. */
  replicaUrls: string[];
  /** Absent: the event store in the database. */
  eventStoreUrl?: string;
  /** Absent: processes wake each other by polling only. */
  redisUrl?: string;
  roles: RoleName[];
  demo: boolean;
  /** Demo mode: the simulators of another process. Absent: our own. */
  simulatorsUrl?: string;
  /** How many films the simulator of Plex has. */
  demoLibraryItems: number;
  /** The services around us. Absent: simulated in demo mode, otherwise not there. */
  overseerr?: { url: string; apiKey: string };
  plex?: { url: string; token: string };
  uptimeKuma?: { url: string; user: string; password: string };
  /** Our account name to its user at Overseerr, in the order given. Absent: the demo's. */
  upstreamUsers?: [name: string, userId: number][];
  logLevel: string;
  /** Points: an object of an answer is one. */
  cost: {
    /** What one operation may cost. */
    perOperation: number;
    /** What an account may use at once, and how much of it comes back in a second. */
    budget: number;
    restoreRate: number;
  };
  times: {
    settleDelayMs: number;
    /** How long leading, and running a handover, outlives the last sign of life. */
    leaseMs: number;
    /** How long an attempt may run: a look, a create, and some. */
    attemptMs: number;
    /** Deadline of one call upstream. */
    callMs: number;
    pollFastMs: number;
    /** How often a connection is looked at. */
    probeMs: number;
    /** How often subscriptions look for changes that nobody woke them for. */
    feedPollMs: number;
    /** An api whose views are further behind is not ready. */
    readyLagMs: number;
    /** A replica that is further behind is not read. */
    replicaLagMs: number;
    /** Time between two handovers that are released after an outage. */
    releaseMs: number;
    /** How long nothing may be heard of the status monitor before its services are UNKNOWN. */
    staleAfterMs: number;
  };
}

const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];
/** Each service's address, and what it wants with it. */
const UPSTREAMS = [
  ['PLEX_URL', 'PLEX_TOKEN'],
  ['OVERSEERR_URL', 'OVERSEERR_API_KEY'],
  ['UPTIME_KUMA_URL', 'UPTIME_KUMA_USER', 'UPTIME_KUMA_PASSWORD'],
] as const;

const environment = z.object({
  PORT: port.default(4000),
  METRICS_PORT: port.optional(),
  HOST: z.string().min(1).default('127.0.0.1'),
  MEDIANEST_HOME: z.string().min(1).default('.medianest'),
  MEDIANEST_KEY: z
    .string()
    .min(32, 'must be at least 32 characters of chance, like `openssl rand -hex 32` prints')
    .optional(),
  DATABASE_URL: databaseUrl.optional(),
  DATABASE_REPLICA_URLS: databaseUrls.default([]),
  EVENT_STORE_URL: eventStoreUrl.optional(),
  REDIS_URL: z
    .string()
    .regex(/^(rediss?|unix):\/\//, 'must be like redis://host:6379, rediss://… or unix:///path/of.sock')
    .optional(),
  ROLES: z
    .string()
    .transform((text) => text.split(',').map((role) => role.trim()))
    .pipe(z.array(z.enum(ROLES, `knows ${ROLES.join(', ')}, separated by commas`)).min(1))
    .default([...ROLES]),
  DEMO: z.enum(['0', '1'], 'must be 1 or 0').optional(),
  SIMULATORS_URL: webAddress('http://key@127.0.0.1:4001'),
  DEMO_LIBRARY_ITEMS: count('a number of films').pipe(z.number().max(1_000_000)).default(1_000),
  OVERSEERR_URL: webAddress('http://overseerr:5055'),
  OVERSEERR_API_KEY: z.string().min(1).optional(),
  PLEX_URL: webAddress('http://plex:32400'),
  PLEX_TOKEN: z.string().min(1).optional(),
  UPTIME_KUMA_URL: webAddress('http://uptime-kuma:3001'),
  UPTIME_KUMA_USER: z.string().min(1).optional(),
  UPTIME_KUMA_PASSWORD: z.string().min(1).optional(),
  UPSTREAM_USERS: upstreamUsers.optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  COST_PER_OPERATION: points(2_000),
  COST_BUDGET: points(20_000),
  COST_RESTORE_RATE: points(1_000),
  SETTLE_DELAY_MS: milliseconds(0),
  LEASE_MS: milliseconds(100),
  CALL_TIMEOUT_MS: milliseconds(50),
  POLL_FAST_MS: milliseconds(50),
  PROBE_MS: milliseconds(50),
  FEED_POLL_MS: milliseconds(10),
  RELEASE_MS: milliseconds(0),
  READY_LAG_MS: milliseconds(1_000),
  REPLICA_LAG_MS: milliseconds(100),
  STALE_AFTER_MS: milliseconds(100),
});
type Environment = z.infer<typeof environment>;

const namesUpstream = (values: Partial<Environment>): boolean => UPSTREAMS.some(([url]) => values[url]);

/** With simulators nobody wants to wait as long as a slow network may need. */
function usualTimes(values: Environment) {
  return {
    ...(namesUpstream(values) ? { call: 9_000, probe: 10_000 } : { call: 3_000, probe: 2_000 }),
    poll: values.OVERSEERR_URL ? 60_000 : 1_000,
    stale: values.UPTIME_KUMA_URL ? 90_000 : 10_000,
  };
}

/** What the saga and the polling run by. */
function timesOf(values: Environment): Settings['times'] {
  const usual = usualTimes(values);
  const leaseMs = values.LEASE_MS ?? 15_000;
  const callMs = values.CALL_TIMEOUT_MS ?? Math.min(usual.call, Math.floor(leaseMs * 0.6));
  return {
    leaseMs,
    callMs,
    attemptMs: Math.max(leaseMs, Math.ceil(2.5 * callMs)),
    settleDelayMs: values.SETTLE_DELAY_MS ?? (values.OVERSEERR_URL ? 45_000 : 2 * callMs),
    pollFastMs: values.POLL_FAST_MS ?? usual.poll,
    probeMs: values.PROBE_MS ?? usual.probe,
    feedPollMs: values.FEED_POLL_MS ?? 1_000,
    releaseMs: values.RELEASE_MS ?? 500,
    readyLagMs: values.READY_LAG_MS ?? 60_000,
    staleAfterMs: values.STALE_AFTER_MS ?? usual.stale,
    replicaLagMs: values.REPLICA_LAG_MS ?? 10_000,
  };
}

/** An address without its key, or a key without its address. */
function halves(env: Environment): string[] {
  return UPSTREAMS.flatMap(([url, ...keys]) => {
    const given = keys.filter((key) => env[key]);
    if (!env[url]) return given.map((key) => `${url}: is needed with ${key}`);
    return keys.filter((key) => !given.includes(key)).map((key) => `${key}: is needed with ${url}`);
  });
}

/** What fits each alone and not together. */
function contradictions(env: Environment, { demo }: Pick<Settings, 'demo'>): string[] {
  const alone = ROLES.every((role) => env.ROLES.includes(role));
  const complaints: [boolean, string][] = [
    [
      demo && !UPSTREAMS.every(([url]) => env[url]) && !env.SIMULATORS_URL && !alone,
      `ROLES: a simulator lives in one process, which plays all roles; start them all by "npm run stack", or set ${UPSTREAMS.map(([url]) => url).join(', ')}`,
    ],
    [
      !demo && !namesUpstream(env),
      `${UPSTREAMS.map(([url]) => url).join(', ')}: at least one is needed outside demo mode (or leave DEMO=0 away)`,
    ],
    [
      !demo && !env.UPSTREAM_USERS,
      'UPSTREAM_USERS: is needed outside demo mode: who may sign in, and as which user there, like {"olga": 1, "ben": 2}; the first is the admin',
    ],
    [
      env.COST_BUDGET < env.COST_PER_OPERATION,
      'COST_BUDGET: is smaller than COST_PER_OPERATION, so that the largest operations could never run',
    ],
    [
      env.DATABASE_REPLICA_URLS.length > 0 && !env.DATABASE_URL,
      'DATABASE_URL: is needed with DATABASE_REPLICA_URLS, which are replicas of it',
    ],
    [demo && !LOOPBACK.includes(env.HOST), `HOST: demo mode listens on this machine only, not on ${env.HOST}`],
  ];
  return [...halves(env), ...complaints.filter(([holds]) => holds).map(([, complaint]) => complaint)];
}

function refuse(complaints: string[]): never {
  const list = complaints.map((complaint) => `  - ${complaint}`).join('\n');
  throw new StartupError(`the settings are not right:\n${list}`);
}

function upstreamsOf(values: Environment): Pick<Settings, 'overseerr' | 'plex' | 'uptimeKuma'> {
  const { OVERSEERR_URL, OVERSEERR_API_KEY, PLEX_URL, PLEX_TOKEN } = values;
  const { UPTIME_KUMA_URL, UPTIME_KUMA_USER, UPTIME_KUMA_PASSWORD } = values;
  return {
    ...(OVERSEERR_URL && OVERSEERR_API_KEY && { overseerr: { url: OVERSEERR_URL, apiKey: OVERSEERR_API_KEY } }),
    ...(PLEX_URL && PLEX_TOKEN && { plex: { url: PLEX_URL, token: PLEX_TOKEN } }),
    ...(UPTIME_KUMA_URL &&
      UPTIME_KUMA_USER &&
      UPTIME_KUMA_PASSWORD && {
        uptimeKuma: { url: UPTIME_KUMA_URL, user: UPTIME_KUMA_USER, password: UPTIME_KUMA_PASSWORD },
      }),
  };
}

function settingsOf(values: Environment): Settings {
  const { UPSTREAM_USERS: users, DATABASE_URL: databaseUrl } = values;
  const { EVENT_STORE_URL: eventStoreUrl, REDIS_URL: redisUrl } = values;
  const demo = values.DEMO === undefined ? !namesUpstream(values) : values.DEMO === '1';
  return {
    host: values.HOST,
    port: values.PORT,
    ...(values.METRICS_PORT !== undefined && { metricsPort: values.METRICS_PORT }),
    home: values.MEDIANEST_HOME,
    ...(databaseUrl && { databaseUrl }),
    replicaUrls: values.DATABASE_REPLICA_URLS,
    ...(eventStoreUrl && { eventStoreUrl }),
    ...(redisUrl && { redisUrl }),
    ...(values.MEDIANEST_KEY && { key: values.MEDIANEST_KEY }),
    roles: values.ROLES,
    demo,
    ...(demo && values.SIMULATORS_URL && { simulatorsUrl: values.SIMULATORS_URL }),
    demoLibraryItems: values.DEMO_LIBRARY_ITEMS,
    ...upstreamsOf(values),
    ...(users && { upstreamUsers: Object.entries(users) }),
    logLevel: values.LOG_LEVEL,
    cost: {
      perOperation: values.COST_PER_OPERATION,
      budget: values.COST_BUDGET,
      restoreRate: values.COST_RESTORE_RATE,
    },
    times: timesOf(values),
  };
}

/** Reads the environment; throws StartupError with all complaints at once. */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(present);
  if (!parsed.success) {
    return refuse(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
  }
  const settings = settingsOf(parsed.data);
  const complaints = contradictions(parsed.data, settings);
  return complaints.length > 0 ? refuse(complaints) : settings;
}

/** For a process of ours: this one's environment, with other settings. */
export function environmentWith(settings: Record<string, string>): NodeJS.ProcessEnv {
  return { ...process.env, ...settings };
}

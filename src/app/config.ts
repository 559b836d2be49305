import { z } from 'zod';
import { StartupError } from '../mechanisms/errors';

export const ROLES = ['api', 'projector', 'worker', 'poller'] as const;
export type RoleName = (typeof ROLES)[number];

/** What the environment says, checked. Times in milliseconds. */
export interface Settings {
  host: string;
  port: number;
  /** State of the embedded default and generated keys. */
  home: string;
  /** Absent: the embedded PostgreSQL. */
  databaseUrl?: string;
  roles: RoleName[];
  demo: boolean;
  /** Absent: simulated. */
  overseerr?: { url: string; apiKey: string };
  /** Our account name to its user at Overseerr, in the order given. Absent: the demo's. */
  upstreamUsers?: [name: string, userId: number][];
  logLevel: string;
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
    /** Time between two handovers that are released after an outage. */
    releaseMs: number;
  };
}

const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];
/** Settings of later versions: naming one now must not pass in silence. */
const NOT_YET = ['EVENT_STORE_URL', 'DATABASE_REPLICA_URLS', 'REDIS_URL', 'PLEX_URL', 'UPTIME_KUMA_URL'];

const milliseconds = (least: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number of milliseconds')
    .transform(Number)
    .pipe(z.number().min(least))
    .optional();

const accountName = /^[a-z][a-z0-9_-]{0,31}$/;
const upstreamUsers = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON, like {"olga": 1, "ben": 2}' });
      return z.NEVER;
    }
  })
  .pipe(z.record(z.string().regex(accountName, `an account name is like ben (${accountName})`), z.int().positive()))
  .refine((users) => Object.keys(users).length > 0, 'names no account');

const environment = z.object({
  PORT: z
    .string()
    .regex(/^\d+$/, 'must be a port number, or 0 for a free one')
    .transform(Number)
    .pipe(z.number().max(65_535))
    .default(4000),
  HOST: z.string().min(1).default('127.0.0.1'),
  MEDIANEST_HOME: z.string().min(1).default('.medianest'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be like postgres://user:password@host/database')
    .optional(),
  ROLES: z
    .string()
    .transform((text) => text.split(',').map((role) => role.trim()))
    .pipe(z.array(z.enum(ROLES, `knows ${ROLES.join(', ')}, separated by commas`)).min(1))
    .default([...ROLES]),
  DEMO: z.enum(['0', '1'], 'must be 1 or 0').optional(),
  OVERSEERR_URL: z.url({ protocol: /^https?$/, error: 'must be like http://overseerr:5055' }).optional(),
  OVERSEERR_API_KEY: z.string().min(1).optional(),
  UPSTREAM_USERS: upstreamUsers.optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  SETTLE_DELAY_MS: milliseconds(0),
  LEASE_MS: milliseconds(100),
  CALL_TIMEOUT_MS: milliseconds(50),
  POLL_FAST_MS: milliseconds(50),
  PROBE_MS: milliseconds(50),
  RELEASE_MS: milliseconds(0),
});
type Environment = z.infer<typeof environment>;

/** What the saga and the polling run by. With a simulator nobody wants to wait as long as a slow network may need. */
function timesOf(values: Environment): Settings['times'] {
  const usual = !values.OVERSEERR_URL
    ? { call: 3_000, settle: 6_000, poll: 1_000, probe: 2_000 }
    : { call: 9_000, settle: 45_000, poll: 60_000, probe: 10_000 };
  const leaseMs = values.LEASE_MS ?? 15_000;
  const callMs = values.CALL_TIMEOUT_MS ?? Math.min(usual.call, Math.floor(leaseMs * 0.6));
  return {
    leaseMs,
    callMs,
    attemptMs: Math.max(leaseMs, Math.ceil(2.5 * callMs)),
    settleDelayMs: values.SETTLE_DELAY_MS ?? usual.settle,
    pollFastMs: values.POLL_FAST_MS ?? usual.poll,
    probeMs: values.PROBE_MS ?? usual.probe,
    releaseMs: values.RELEASE_MS ?? 500,
  };
}

/** What fits each alone and not together. */
function contradictions(env: Environment, { demo }: Pick<Settings, 'demo'>): string[] {
  const alone = ROLES.every((role) => env.ROLES.includes(role));
  const complaints: [boolean, string][] = [
    [
      demo && !env.OVERSEERR_URL && !alone,
      'ROLES: a simulator lives in one process, which plays all roles; set OVERSEERR_URL to split them',
    ],
    [
      !!env.OVERSEERR_URL && !env.OVERSEERR_API_KEY,
      'OVERSEERR_API_KEY: is needed with OVERSEERR_URL (Settings > General there)',
    ],
    [!env.OVERSEERR_URL && !!env.OVERSEERR_API_KEY, 'OVERSEERR_URL: is needed with OVERSEERR_API_KEY'],
    [!demo && !env.OVERSEERR_URL, 'OVERSEERR_URL: is needed outside demo mode (or leave DEMO=0 away)'],
    [
      !demo && !env.UPSTREAM_USERS,
      'UPSTREAM_USERS: is needed outside demo mode: who may sign in, and as which user there, like {"olga": 1, "ben": 2}; the first is the admin',
    ],
    [demo && !LOOPBACK.includes(env.HOST), `HOST: demo mode listens on this machine only, not on ${env.HOST}`],
  ];
  return complaints.filter(([holds]) => holds).map(([, complaint]) => complaint);
}

function refuse(complaints: string[]): never {
  const list = complaints.map((complaint) => `  - ${complaint}`).join('\n');
  throw new StartupError(`the settings are not right:\n${list}`);
}

function settingsOf(values: Environment): Settings {
  const { OVERSEERR_URL: url, OVERSEERR_API_KEY: apiKey, UPSTREAM_USERS: users, DATABASE_URL: databaseUrl } = values;
  const demo = values.DEMO === undefined ? !url : values.DEMO === '1';
  return {
    host: values.HOST,
    port: values.PORT,
    home: values.MEDIANEST_HOME,
    ...(databaseUrl && { databaseUrl }),
    roles: values.ROLES,
    demo,
    ...(url && apiKey && { overseerr: { url, apiKey } }),
    ...(users && { upstreamUsers: Object.entries(users) }),
    logLevel: values.LOG_LEVEL,
    times: timesOf(values),
  };
}

/** Reads the environment; throws StartupError with all complaints at once. */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const notYet = NOT_YET.filter((name) => present[name]);
  const unusable = notYet.map((name) => `${name}: this version cannot use it yet; unset it`);
  const parsed = environment.safeParse(present);
  if (!parsed.success) {
    const complaints = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    return refuse([...complaints, ...unusable]);
  }
  const settings = settingsOf(parsed.data);
  const complaints = [...unusable, ...contradictions(parsed.data, settings)];
  return complaints.length > 0 ? refuse(complaints) : settings;
}

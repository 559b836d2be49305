import { z } from 'zod';
import { UpstreamFailure } from '../../mechanisms/http';
import type { FailureKind } from '../../mechanisms/http';
import type { UpstreamBeat, UpstreamBeatStatus } from './uptime-kuma';

/** Only what we need is required: the protocol is the web page's own, without versions, and changes as it likes. */

/** In bulk an id is a text, live it is a number. */
const id = z.union([z.int(), z.string().regex(/^\d{1,10}$/)]).transform(String);

const monitor = z.object({
  id,
  name: z.string(),
  type: z.string().default('unknown'),
  active: z.union([z.boolean(), z.literal([0, 1]).transform(Boolean)]).default(true),
  parent: id.nullish(),
});
export type Monitor = z.infer<typeof monitor>;

const STATUSES: Record<number, UpstreamBeatStatus> = { 0: 'DOWN', 1: 'UP', 2: 'PENDING', 3: 'MAINTENANCE' };
const LONGEST_MESSAGE = 200;

/** UTC, without saying so. */
const time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,3})?$/)
  .transform((text) => new Date(`${text.replace(' ', 'T')}Z`))
  .refine((at) => !Number.isNaN(at.getTime()))
  .transform((at) => at.toISOString());

const beat = z
  .object({ status: z.int(), time, msg: z.string().nullish(), ping: z.number().nullish() })
  .transform(({ status, time: at, msg, ping }) => ({
    status: STATUSES[status],
    at,
    message: msg ? [...msg].slice(0, LONGEST_MESSAGE).join('') : null,
    pingMs: ping ?? null,
  }));
const liveBeat = z.object({ monitorID: id }).loose();

export const acknowledgement = z.object({ ok: z.boolean(), msg: z.unknown().optional() });
/** To a login: where a second factor is wanted, without a word on whether it went well. */
export const loginAnswer = z.union([
  acknowledgement.extend({ token: z.string().optional() }),
  z.object({ tokenRequired: z.literal(true) }),
]);
export type LoginAnswer = z.infer<typeof loginAnswer>;
export const info = z.object({ version: z.string().nullish() });

/** As `shape` says, or WRONG_SHAPE naming the place that differs, never its content. */
export function readAs<S extends z.ZodType>(shape: S, value: unknown, what: string): z.infer<S> {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const place = parsed.error.issues[0]?.path.join('.') || 'the whole of it';
  throw failed('WRONG_SHAPE', `${what} has another shape than expected, at ${place}`);
}

/** `retryAfterMs`: a try before that makes no sense. */
export function failed(failure: FailureKind, what: string, retryAfterMs?: number): UpstreamFailure {
  const facts = { upstream: 'uptime-kuma', failure, certainty: 'UNKNOWN' } as const;
  const patience = retryAfterMs === undefined ? {} : { retryAfterMs };
  return new UpstreamFailure(`uptime-kuma: ${what}`, { ...facts, ...patience });
}

/** The monitors of a list, by id. One that cannot be read is named: it is there all the same. */
export function readMonitors(value: unknown): { monitors: Monitor[]; unreadable: string[] } {
  const entries = Object.entries(readAs(z.record(z.string(), z.unknown()), value, 'the list of monitors'));
  const read = entries.map(([key, entry]) => ({ key, parsed: monitor.safeParse(entry) }));
  return {
    monitors: read.flatMap(({ parsed }) => (parsed.success ? [parsed.data] : [])),
    unreadable: read.flatMap(({ key, parsed }) => (parsed.success ? [] : [key])),
  };
}

export const readId = (value: unknown): string => readAs(id, value, 'the id of a monitor');

export interface ReadBeats {
  monitorId: string;
  /** Oldest first. */
  beats: UpstreamBeat[];
  /** What is left out, because we do not know it. */
  strange: string[];
}

/** The rows of `heartbeatList`; oldest first, as they come. */
export function readBeatList([monitorId, rows]: unknown[]): ReadBeats {
  return { monitorId: readId(monitorId), ...readBeats(readAs(z.array(z.unknown()), rows, 'a list of checks')) };
}

export function readLiveBeat(value: unknown): ReadBeats {
  const { monitorID } = readAs(liveBeat, value, 'a check');
  return { monitorId: monitorID, ...readBeats([value]) };
}

function readBeats(rows: unknown[]): Pick<ReadBeats, 'beats' | 'strange'> {
  const beats: UpstreamBeat[] = [];
  const strange = new Set<string>();
  for (const row of rows) {
    const { success, data } = beat.safeParse(row);
    if (!success) strange.add('heartbeat of another shape');
    else if (data.status) beats.push({ ...data, status: data.status });
    else strange.add(`heartbeat status ${(row as { status: number }).status}`);
  }
  return { beats, strange: [...strange] };
}

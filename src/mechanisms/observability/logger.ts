import pino from 'pino';
import type { Logger } from 'pino';

export type { Logger } from 'pino';

/** Keys whose values never reach a log line, however deep a client object nests them (two levels are enough for ours). */
const SECRETS = [
  'token',
  'accessToken',
  'authorization',
  'apiKey',
  'password',
  'secret',
  '["x-api-key"]',
  '["X-Plex-Token"]',
];
const redacted = SECRETS.flatMap((key) =>
  key.startsWith('[') ? [key, `*${key}`, `*.*${key}`] : [key, `*.${key}`, `*.*.${key}`],
);

/**
 * Errors carry whatever their thrower hung on them, a database's client with its key among it: only what is plain is kept. What its causes said is in the stack, and
 * would stand in the message once more.
 */
function plainError(error: Error): object {
  const facts = Object.entries({ ...pino.stdSerializers.err(error), message: error.message });
  return Object.fromEntries(facts.filter(([, value]) => value === null || typeof value !== 'object'));
}

export interface LoggerOptions {
  level: string;
  /** Where lines go; standard error by default, in batches. */
  destination?: pino.DestinationStream;
}

/** A write of its own for each line costs more than making the line. `sync`: no write is ever under way when the process ends. */
const BATCH = { minLength: 4_096, periodicFlush: 100, sync: true };

let opened: ReturnType<typeof pino.destination> | undefined;

function standardError(): pino.DestinationStream {
  if (!opened) {
    opened = pino.destination({ dest: process.stderr.fd, ...BATCH });
    process.once('exit', flushLog); // also when it crashes
  }
  return opened;
}

/** Writes what waits, so that what is said next comes after it. */
export function flushLog(): void {
  opened?.flushSync();
}

/** The one logger of a process; rooms get children of it. JSON lines, secrets replaced by `[redacted]`. */
export function createLogger({ level, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: undefined,
    serializers: { err: plainError },
    redact: { paths: redacted, censor: '[redacted]' },
  };
  return pino(options, destination ?? standardError());
}

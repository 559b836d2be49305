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

export interface LoggerOptions {
  level: string;
  /** Where lines go; stdout by default. */
  destination?: pino.DestinationStream;
}

/** The one logger of a process; rooms get children of it. JSON lines, secrets replaced by `[redacted]`. */
export function createLogger({ level, destination }: LoggerOptions): Logger {
  const options = { level, base: undefined, redact: { paths: redacted, censor: '[redacted]' } };
  return destination ? pino(options, destination) : pino(options);
}

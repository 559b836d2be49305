import type { IncomingHttpHeaders } from 'node:http';
import type { RawAnswer } from './exchange';
import type { HttpAnswer, HttpCall, HttpFile } from './call';
import { UpstreamFailure } from './upstream-failure';
import type { FailureKind } from './upstream-failure';

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\b/i;
const EXCERPT = 200;
const UNSTORABLE = /[\0\p{Cs}]/gu;
/** A proxy's odd date must not park a request for a year. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;
/** Shorter header values are no credentials, and cutting them out would damage ordinary text. */
const SHORTEST_SECRET = 8;

interface Answered {
  call: HttpCall;
  raw: RawAnswer;
}

/** Turns what came over the wire into an answer, or throws what it amounts to. */
export function createInterpreter(upstream: string, headerValues: string[]) {
  const secrets = headerValues.filter((value) => value.length >= SHORTEST_SECRET);
  const clean = (text: string): string =>
    storable(secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text));
  const textOf = ({ body }: RawAnswer): string => clean(body.toString('utf8'));

  const failed = (failure: FailureKind, { call, raw }: Answered, what: string): UpstreamFailure =>
    new UpstreamFailure(`${upstream}: ${call.method} ${call.path} answered ${raw.status}${what}`, {
      upstream,
      failure,
      certainty: 'UNKNOWN',
      status: raw.status,
      retryAfterMs: retryAfterMs(raw.headers['retry-after']),
    });
  const refused = (answered: Answered): UpstreamFailure => {
    const { call, raw } = answered;
    const failure = failureOfStatus(raw.status);
    const isAnother = call.open && failure === 'UNAUTHORIZED';
    return failed(isAnother ? 'WRONG_SHAPE' : failure, answered, `: ${excerpt(textOf(raw))}`);
  };

  return {
    json(answered: Answered): HttpAnswer {
      const { call, raw } = answered;
      const { status, headers } = raw;
      const text = textOf(raw);
      const body = parseJson(headers, text);
      const success = isSuccess(status);
      if (success && body === undefined && text !== '') throw failed('WRONG_SHAPE', answered, ' without JSON');
      if (success || call.answers?.includes(status)) return { status, headers, body, text };
      throw refused(answered);
    },

    file<Type extends string>(answered: Answered, types: readonly Type[]): HttpFile<Type> {
      const { status, headers, body } = answered.raw;
      if (!isSuccess(status)) throw refused(answered);
      const said = mediaType(headers);
      const type = types.find((one) => one === said);
      if (status === 200 && type !== undefined && body.length > 0) return { type, bytes: body };
      throw failed('WRONG_SHAPE', answered, ` with ${body.length} bytes of ${excerpt(clean(said)) || 'no type'}`);
    },
  };
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

function mediaType(headers: IncomingHttpHeaders): string {
  return (headers['content-type'] ?? '').replace(/;.*/s, '').trim().toLowerCase();
}

/** The beginning of a foreign text, on one line, fit for messages. Half a character would be fit for nothing. */
export function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const characters = [...line.slice(0, 2 * EXCERPT + 1)];
  return characters.length <= EXCERPT ? line : `${characters.slice(0, EXCERPT - 1).join('')}…`;
}

/** What an upstream says ends up in events and rows, and PostgreSQL takes neither NUL nor halves of characters. */
function storable(text: string): string {
  return text.replace(UNSTORABLE, '\ufffd');
}

/** The same for every text in a parsed JSON value. */
export function storableJson(value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (Array.isArray(value)) return value.map(storableJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [storable(key), storableJson(held)]));
}

function parseJson(headers: IncomingHttpHeaders, text: string): unknown {
  if (!JSON_TYPE.test(headers['content-type'] ?? '')) return undefined;
  try {
    const body: unknown = JSON.parse(text);
    return text.includes('\\u') ? storableJson(body) : body; // of a clean text only an escape makes an odd character
  } catch {
    return undefined;
  }
}

function failureOfStatus(status: number): FailureKind {
  if (status === 401 || status === 403) return 'UNAUTHORIZED';
  if (status === 429) return 'RATE_LIMITED';
  return status >= 500 ? 'UPSTREAM_5XX' : 'WRONG_SHAPE';
}

/** Seconds or a date, as RFC 9110 allows both. */
function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS);
}

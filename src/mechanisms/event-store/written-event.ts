import { validate } from 'uuid';
import { InvalidEvent } from '../errors';
import type { NewEvent } from './event';
import { NO_STREAM } from './event-store';
import type { ExpectedVersion } from './event-store';

/** What EventStoreDB takes in one call: the same for every store, so that who outgrows one can go on with another. */
const MAX_APPEND_BYTES = 1024 * 1024;
/** What stands around an event's data and metadata, its type aside. */
const ENVELOPE_BYTES = 128;
const MAX_NAME_LENGTH = 200;
/** Control characters, and halves of characters, which no store could give back as they were. */
const ODD = /[\p{Cc}\p{Cs}]/u;
/** PostgreSQL keeps these in JSON as text, but no read model can take them out: what cannot be projected is never stored. */
const UNPROJECTABLE = /[\0\p{Cs}]/u;
/** In JSON each of them is so written, and hardly another. */
const ESCAPE = '\\u';

/** An event as it goes into a store: checked, its JSON as text. */
export interface WrittenEvent {
  eventId: string;
  type: string;
  schemaVersion: number;
  data: string;
  metadata: string;
}

/** An append as it goes into a store. */
export interface Append {
  streamId: string;
  expected: ExpectedVersion;
  events: WrittenEvent[];
}

/** Throws InvalidEvent for what no store must take. */
export function writeDown(streamId: string, expected: ExpectedVersion, events: NewEvent[]): Append {
  requireStreamName(streamId);
  if (expected !== 'any' && !(Number.isSafeInteger(expected) && expected >= NO_STREAM)) {
    throw new InvalidEvent(`expected version ${expected} is none: say -1, the version of the last event, or any`);
  }
  if (events.length === 0) throw new InvalidEvent(`nothing to append to ${streamId}`);
  const written = events.map(writeEvent);
  if (written.length > 1 && new Set(written.map((event) => event.eventId)).size < written.length) {
    throw new InvalidEvent(`two events of one append to ${streamId} have the same id`);
  }
  const bytes = written.reduce((sum, event) => sum + sizeOf(event), 0);
  if (bytes > MAX_APPEND_BYTES) {
    const what = written
      .map(({ type }) => type)
      .join(', ')
      .slice(0, MAX_NAME_LENGTH);
    throw new InvalidEvent(`an append of ${bytes} bytes to ${streamId} is over the limit of 1 MiB (${what})`);
  }
  return { streamId, expected, events: written };
}

export function requireStreamName(streamId: string): void {
  requireName('stream', streamId);
}

function writeEvent(event: NewEvent): WrittenEvent {
  const { type, schemaVersion } = event;
  requireName('event type', type);
  if (!validate(event.eventId)) throw new InvalidEvent(`the id of a ${type} is not a UUID`);
  if (!Number.isInteger(schemaVersion) || schemaVersion < 1 || schemaVersion >= 2 ** 31) {
    throw new InvalidEvent(`schema version ${schemaVersion} of a ${type} is not a whole number from 1`);
  }
  const data = toJson(event.data, type);
  const metadata = toJson(event.metadata, type);
  return { eventId: event.eventId.toLowerCase(), type, schemaVersion, data, metadata };
}

function sizeOf({ type, data, metadata }: WrittenEvent): number {
  return Buffer.byteLength(data) + Buffer.byteLength(metadata) + 2 * type.length + ENVELOPE_BYTES;
}

function requireName(what: string, name: string): void {
  if (name === '' || name.length > MAX_NAME_LENGTH || ODD.test(name) || name.startsWith('$')) {
    const rule = 'must have 1 to 200 characters, none of them a control character, the first no $';
    throw new InvalidEvent(`${what} ${JSON.stringify(name.slice(0, MAX_NAME_LENGTH))}: ${rule}`);
  }
}

function toJson(value: object, type: string): string {
  try {
    const text = JSON.stringify(value) as string | undefined; // first: it says what is wrong with a circle
    requireLossless(value, '', text?.includes(ESCAPE) ?? true);
    return text!; // or it was no object
  } catch (error) {
    throw new InvalidEvent(`a ${type} holds what cannot be kept: ${String(error)}`, { cause: error });
  }
}

/**
 * JSON.stringify drops or changes some values without a word; history must not. A property that is undefined counts as absent. The characters of each text
 * need a look only where `mayBeOdd`.
 */
function requireLossless(value: unknown, key: string, mayBeOdd: boolean): void {
  if (Array.isArray(value)) {
    for (const [n, item] of value.entries()) requireLossless(item, `${n}`, mayBeOdd);
  } else if (typeof value === 'object' && value !== null && isPlain(value)) {
    for (const name of Object.keys(value)) {
      if (mayBeOdd && UNPROJECTABLE.test(name)) throw refusal(name);
      const property: unknown = value[name as keyof typeof value];
      if (property !== undefined) requireLossless(property, name, mayBeOdd);
    }
  } else if (!survivesJson(value, mayBeOdd)) throw refusal(key);
}

function refusal(key: string): TypeError {
  return new TypeError(`the value of ${JSON.stringify(key)}`);
}

function survivesJson(value: unknown, mayBeOdd: boolean): boolean {
  switch (typeof value) {
    case 'string':
      return !(mayBeOdd && UNPROJECTABLE.test(value));
    case 'number':
      return Number.isFinite(value);
    default:
      return typeof value === 'boolean' || value === null;
  }
}

/** Not a Date, Map or instance: those do not come back as they went. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

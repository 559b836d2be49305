import { parseArgs } from 'node:util';
import { formatPosition, NO_STREAM, parsePosition, wholeLog } from '../mechanisms/event-store';
import type { StoredEvent } from '../mechanisms/event-store';
import { PositionExpired, StartupError } from '../mechanisms/errors';
import type { Command, Visit } from './command';

export const EVENTS_USAGE = 'medianest events [--stream <id> | --after <position> [--follow]]';

function parse(words: string[]) {
  const options = { stream: { type: 'string' }, after: { type: 'string' }, follow: { type: 'boolean' } } as const;
  try {
    const { values } = parseArgs({ args: words, options });
    if (values.stream === undefined || (values.after === undefined && !values.follow)) return values;
  } catch (error) {
    throw new StartupError(`${EVENTS_USAGE}: ${(error as Error).message}`);
  }
  throw new StartupError(`${EVENTS_USAGE}: a stream is told whole, so --stream goes alone`);
}

/** As it is stored, on one line. */
function toLine(event: StoredEvent, storeId: string): string {
  const { globalPosition, streamId, streamVersion, recordedAt, ...rest } = event;
  const position = formatPosition(storeId, globalPosition);
  return JSON.stringify({ position, streamId, streamVersion, recordedAt, ...rest });
}

async function* asList(events: StoredEvent[]): AsyncIterable<StoredEvent> {
  yield* events;
}

async function eventsOf({ store, enough }: Visit, words: ReturnType<typeof parse>) {
  const { stream, after = '0', follow = false } = words;
  if (stream !== undefined) {
    const { version, events } = await store.readStream(stream);
    if (version === NO_STREAM) throw new StartupError(`there is no stream "${stream}"`);
    return asList(events);
  }
  const from = after === '0' ? 0n : parsePosition(store.storeId, after, 'after');
  // Else it would read as "nothing since then".
  if (from > (await store.head())) throw new PositionExpired(`${after} is beyond the end of the event store`);
  return follow ? store.subscribeToAll(from, enough) : wholeLog(store, from);
}

/** The log, or one stream of it, as NDJSON. */
export const eventsCommand: Command = async (words, { printLine, visitEvents }) => {
  const asked = parse(words);
  await visitEvents(async (visit) => {
    for await (const event of await eventsOf(visit, asked)) {
      if (visit.enough.aborted) break;
      await printLine(toLine(event, visit.store.storeId));
    }
  });
};

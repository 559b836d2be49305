import { parseArgs } from 'node:util';
import { formatPosition, parsePosition } from '../mechanisms/event-store';
import type { StoredEvent } from '../mechanisms/event-store';
import { StartupError } from '../mechanisms/errors';
import type { Command, Visit } from './command';

export const EVENTS_USAGE = 'medianest events [--stream <id> | --after <position> [--follow]]';
const BATCH = 500;

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

/** The events after a position, to the end of the log or, following, for ever. */
async function* eventsAfter({ store, enough }: Visit, after: bigint, follow: boolean): AsyncIterable<StoredEvent> {
  if (follow) return yield* store.subscribeToAll(after, enough);
  for (let position = after; ;) {
    const events = await store.readAll(position, BATCH);
    yield* events;
    if (events.length === 0) return;
    position = events.at(-1)!.globalPosition;
  }
}

async function* asList(events: StoredEvent[]): AsyncIterable<StoredEvent> {
  yield* events;
}

/** The log, or one stream of it, as NDJSON. */
export const eventsCommand: Command = async (words, { printLine, visitEvents }) => {
  const { stream, after = '0', follow = false } = parse(words);
  await visitEvents(async (visit) => {
    const { store, enough } = visit;
    const from = after === '0' ? 0n : parsePosition(store.storeId, after);
    const events =
      stream === undefined ? eventsAfter(visit, from, follow) : asList((await store.readStream(stream)).events);
    for await (const event of events) {
      if (enough.aborted) break;
      await printLine(toLine(event, store.storeId));
    }
  });
};

import { v5 as uuidv5, validate } from 'uuid';
import { InvalidEvent, UnreadableEvent } from '../errors';
import type { EventCodecs } from './codecs';
import type { CommandContext } from './command-context';
import type { Decided } from './decider';
import type { DomainEvent, EventMetadata, NewEvent, Recorded } from './event';
import type { AppendResult } from './event-store';

/** What a command decided, in its envelope. All ids follow from the command's, so a repeat is recognised. */
export function toNewEvents(
  decided: Decided<DomainEvent>[],
  { codecs, streamId, context }: { codecs: EventCodecs; streamId: string; context: CommandContext },
): NewEvent[] {
  if (!validate(context.commandId)) throw new InvalidEvent(`the command id ${context.commandId} is not a UUID`);
  const metadata = toMetadata(context);
  return decided.map(({ type, data, actor }, index) => ({
    eventId: uuidv5(`${streamId}/${index}`, context.commandId),
    type,
    schemaVersion: codecs.schemaVersionOf(type),
    data,
    metadata: actor ? { ...metadata, actor } : metadata,
  }));
}

/**
 * The events as a later load will give them, through their codecs: called before the append, so that nothing is stored that could not be
 * read again. The answer fills in where and when the store put them.
 */
export function asRecorded<Event extends DomainEvent>(
  events: NewEvent[],
  { codecs, streamId, after }: { codecs: EventCodecs; streamId: string; after: number },
): (appended: AppendResult) => Recorded<Event>[] {
  const readable = events.map((event, index) => {
    const place = { streamId, streamVersion: after + 1 + index, globalPosition: 0n, recordedAt: new Date(0) };
    return readBack<Event>(codecs, { ...event, ...place });
  });
  return ({ positions, recordedAt }) =>
    readable.map(
      (event, index) =>
        ({ ...event, globalPosition: positions[index], recordedAt: recordedAt[index] }) as Recorded<Event>,
    );
}

function readBack<Event extends DomainEvent>(
  codecs: EventCodecs,
  event: Parameters<EventCodecs['read']>[0],
): Recorded<Event> {
  try {
    return codecs.read<Event>(event);
  } catch (error) {
    if (!(error instanceof UnreadableEvent)) throw error;
    throw new InvalidEvent(`not appended, for it could not be read again: ${error.message}`, { cause: error });
  }
}

function toMetadata({ now, actor, correlationId, causationId, commandId, client }: CommandContext): EventMetadata {
  return {
    occurredAt: now.toISOString(),
    actor,
    correlationId,
    ...(causationId !== undefined && { causationId }),
    commandId,
    ...(client && { client }),
  };
}

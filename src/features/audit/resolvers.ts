import { Arg, Int, Query, Resolver } from 'type-graphql';
import { InvalidInput, UnreadableEvent } from '../../mechanisms/errors';
import type { Actor, EventCodecs, EventStore, Positions, StoredEvent } from '../../mechanisms/event-store';
import { page, pageSize, Position } from '../../mechanisms/graphql';
import { readLog } from './loaders';
import { isKnownType, redacted } from './redaction';
import type { Event } from './types';
import { EventConnection } from './types';

export interface EventResolverParts {
  store: Pick<EventStore, 'storeId' | 'readAll' | 'head'>;
  codecs: EventCodecs;
  positions: Positions;
  /** What an actor is called; null: nobody knows any more. */
  nameOf(actor: Actor): string | null;
}

@Resolver()
export class EventResolver {
  constructor(private readonly parts: EventResolverParts) {}

  @Query(() => EventConnection, {
    description:
      'The log itself, oldest first: every fact, as far as it may be shown. With `types` a page may be short, or empty, while there is more: go on at its `endCursor`.',
  })
  async events(
    @Arg('after', () => Position, {
      nullable: true,
      description: 'The last position that you have seen, or the endCursor of the page before.',
    })
    after: string | undefined,
    @Arg('types', () => [String], { nullable: true, description: 'Only these; by default all.' })
    types: string[] | undefined,
    @Arg('first', () => Int, { defaultValue: 50, description: 'How many, 1 to 100.' }) first: number,
  ): Promise<EventConnection> {
    const { store, positions } = this.parts;
    const unknown = types?.find((type) => !isKnownType(type));
    if (unknown !== undefined) throw new InvalidInput(`there are no events of the type ${unknown}`, ['types']);
    const { events, upTo, more } = await readLog(store, {
      after: positions.after(after) ?? 0n,
      first: pageSize(first),
      ...(types && { types }),
    });
    return page({
      nodes: events.map((event) => this.present(event)),
      cursorOf: ({ position }) => position,
      endCursor: positions.format(upTo),
      hasNextPage: more,
      hasPreviousPage: !!after,
    }) as unknown as EventConnection;
  }

  private present(event: StoredEvent): Event {
    const { eventId: id, type, streamId, streamVersion, globalPosition, recordedAt, metadata } = event;
    const { actor, correlationId, occurredAt } = metadata;
    return {
      ...{ id, type, streamId, streamVersion, recordedAt, correlationId },
      position: this.parts.positions.format(globalPosition),
      occurredAt: new Date(occurredAt),
      actor: { kind: actor.kind, name: this.parts.nameOf(actor) },
      data: this.particulars(event),
    };
  }

  /** Who looks into the log may look for the very event that nobody can read. */
  private particulars(event: StoredEvent): object | null {
    try {
      return redacted(this.parts.codecs.read(event));
    } catch (error) {
      if (error instanceof UnreadableEvent) return null;
      throw error;
    }
  }
}

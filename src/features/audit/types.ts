import { Field, ID, Int, ObjectType } from 'type-graphql';
import { connectionOf, DateTime, JsonObject, Position } from '../../mechanisms/graphql';
import { Actor } from '../requests/types';

@ObjectType({ description: 'A fact of the log, without what nobody shall read there.', simpleResolvers: true })
export class Event {
  @Field(() => ID, { description: 'Its own, a UUID.' }) id!: string;
  @Field(() => Position, { description: 'Its place in the log.' }) position!: string;
  @Field(() => String, { description: 'What happened, like `MediaRequestSubmitted`.' }) type!: string;
  @Field(() => String, { description: 'The stream that it stands in: of what it happened.' }) streamId!: string;
  @Field(() => Int, { description: 'Its place in that stream, from 0.' }) streamVersion!: number;
  @Field(() => DateTime, { description: 'When it happened, by the clock of who recorded it.' }) occurredAt!: Date;
  @Field(() => DateTime, { description: 'When the store took it, by its clock.' }) recordedAt!: Date;
  @Field(() => Actor, { description: 'Who did it.' }) actor!: Actor;
  @Field(() => String, { description: 'The same for all that came of one operation.' }) correlationId!: string;
  @Field(() => JsonObject, {
    nullable: true,
    description: 'The particulars that may be shown; null where this version of the program cannot read it.',
  })
  data!: object | null;
}

@ObjectType({ description: 'A part of the log, oldest first.', simpleResolvers: true })
export class EventConnection extends connectionOf('Event', () => Event) {}

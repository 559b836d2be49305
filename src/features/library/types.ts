import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionOf, DateTime } from '../../mechanisms/graphql';

export enum MediaType {
  MOVIE = 'MOVIE',
  TV = 'TV',
}
registerEnumType(MediaType, {
  name: 'MediaType',
  description: 'A film or a series.',
  valuesConfig: { MOVIE: { description: 'A film.' }, TV: { description: 'A series.' } },
});

export enum Quality {
  STANDARD = 'STANDARD',
  UHD_4K = 'UHD_4K',
}
registerEnumType(Quality, {
  name: 'Quality',
  description: 'Each quality of a title is asked for on its own.',
  valuesConfig: { STANDARD: { description: 'Up to 1080p.' }, UHD_4K: { description: '2160p.' } },
});

export enum AvailabilityState {
  UNKNOWN = 'UNKNOWN',
  NOT_AVAILABLE = 'NOT_AVAILABLE',
  PENDING = 'PENDING',
  PROCESSING = 'PROCESSING',
  PARTIALLY_AVAILABLE = 'PARTIALLY_AVAILABLE',
  AVAILABLE = 'AVAILABLE',
}
registerEnumType(AvailabilityState, {
  name: 'AvailabilityState',
  description: 'Whether a title is in the library.',
  valuesConfig: {
    UNKNOWN: { description: 'Nobody could tell yet.' },
    NOT_AVAILABLE: { description: 'Not there, and not asked for at the request service.' },
    PENDING: { description: 'Asked for at the request service, not approved there.' },
    PROCESSING: { description: 'On its way.' },
    PARTIALLY_AVAILABLE: { description: 'Some seasons are there.' },
    AVAILABLE: { description: 'There.' },
  },
});

@ObjectType({ description: 'How fresh an answer is.', simpleResolvers: true })
export class Freshness {
  @Field(() => DateTime, { nullable: true, description: 'When it was observed; null: never.' })
  observedAt!: Date | null;

  @Field(() => String, { description: 'Who said so: the connection asked, or our own cache.' })
  source!: string;

  @Field(() => Boolean, { description: 'True: the service could not be asked, this is what we remember.' })
  stale!: boolean;
}

@ObjectType({ description: 'Whether a title is in the library, in one quality.', simpleResolvers: true })
export class Availability {
  @Field(() => Quality, { description: 'In which quality.' })
  quality!: Quality;

  @Field(() => AvailabilityState, { description: 'As the request service last said.' })
  state!: AvailabilityState;

  @Field(() => String, { nullable: true, description: 'Where to watch it.' })
  plexUrl!: string | null;
}

@ObjectType({ description: 'A film or a series, whether or not it is in the library.', simpleResolvers: true })
export class Title {
  @Field(() => ID, { description: 'Like movie:603.' })
  key!: string;

  @Field(() => MediaType, { description: 'A film or a series.' })
  type!: MediaType;

  @Field(() => Int, { description: 'Its id at themoviedb.org.' })
  tmdbId!: number;

  @Field(() => String, { nullable: true, description: 'Its name; null when nobody could tell yet.' })
  title!: string | null;

  @Field(() => Int, { nullable: true, description: 'Of its first release.' })
  year!: number | null;

  @Field(() => String, { nullable: true, description: 'What it is about.' })
  overview!: string | null;

  @Field(() => String, { nullable: true, description: 'A picture on our own origin; null until pictures are served.' })
  posterUrl!: string | null;

  @Field(() => [Availability], { description: 'In each quality that was looked at.' })
  availability!: Availability[];
}

@ObjectType({ description: 'A page of titles.', simpleResolvers: true })
export class TitleConnection extends connectionOf('Title', () => Title) {
  @Field(() => Freshness, { description: 'Whether the request service answered, or our own cache.' })
  freshness!: Freshness;
}

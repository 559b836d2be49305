import { ArgsType, Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionOf, DateTime, Node } from '../../mechanisms/graphql';

export const PICTURE =
  'A picture, by an address on this server (like /images/…) that needs no token and is good for days; null when there is none.';

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

  @Field(() => String, { nullable: true, description: PICTURE })
  posterUrl!: string | null;

  @Field(() => [Availability], { description: 'In each quality that was looked at.' })
  availability!: Availability[];
}

@ObjectType({ description: 'A page of titles.', simpleResolvers: true })
export class TitleConnection extends connectionOf('Title', () => Title) {
  @Field(() => Freshness, { description: 'Whether the request service answered, or our own cache.' })
  freshness!: Freshness;
}

export enum LibraryType {
  MOVIE = 'MOVIE',
  SHOW = 'SHOW',
  MUSIC = 'MUSIC',
  OTHER = 'OTHER',
}
registerEnumType(LibraryType, {
  name: 'LibraryType',
  description: 'What a library holds.',
  valuesConfig: {
    MOVIE: { description: 'Films.' },
    SHOW: { description: 'Series.' },
    MUSIC: { description: 'Music; its items are not shown here.' },
    OTHER: { description: 'Photos and the like; its items are not shown here.' },
  },
});

export enum ItemOrder {
  TITLE_ASC = 'TITLE_ASC',
  ADDED_DESC = 'ADDED_DESC',
  YEAR_DESC = 'YEAR_DESC',
}
registerEnumType(ItemOrder, {
  name: 'ItemOrder',
  description: 'Which items come first.',
  valuesConfig: {
    TITLE_ASC: { description: 'By title, as Plex sorts it (without The).' },
    ADDED_DESC: { description: 'What was added last.' },
    YEAR_DESC: { description: 'What was released last.' },
  },
});

@ObjectType({ implements: Node, description: 'A season of a series in a library.', simpleResolvers: true })
export class Season extends Node {
  @Field(() => Int, { description: 'Its number; 0 are the specials, and what has no number.' })
  number!: number;

  @Field(() => String, { description: 'As Plex calls it.' })
  title!: string;

  @Field(() => Int, { description: 'How many of its episodes are there.' })
  episodeCount!: number;
}

@ObjectType({ implements: Node, description: 'A film or series that is in a library.', simpleResolvers: true })
export class MediaItem extends Node {
  @Field(() => String, { description: 'As Plex calls it.' })
  title!: string;

  @Field(() => Int, { nullable: true, description: 'Of its release.' })
  year!: number | null;

  @Field(() => MediaType, { description: 'A film or a series.' })
  type!: keyof typeof MediaType;

  @Field(() => String, { nullable: true, description: PICTURE })
  posterUrl!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it came into the library.' })
  addedAt!: Date | null;

  @Field(() => Int, { nullable: true, description: 'How long it is, or an episode of it, in seconds.' })
  durationSec!: number | null;

  @Field(() => Int, { nullable: true, description: 'Its id at themoviedb.org; null when Plex did not match it.' })
  tmdbId!: number | null;
}

@ObjectType({ description: 'A page of items.', simpleResolvers: true })
export class MediaItemConnection extends connectionOf('MediaItem', () => MediaItem) {
  @Field(() => Freshness, { description: 'Whether Plex answered, or our own cache.' })
  freshness!: Freshness;
}

@ObjectType({
  implements: Node,
  description: 'Items that belong together, as Plex collects them.',
  simpleResolvers: true,
})
export class Collection extends Node {
  @Field(() => String, { description: 'As Plex calls it.' })
  title!: string;

  @Field(() => Int, { description: 'How many items it has.' })
  itemCount!: number;

  @Field(() => String, { nullable: true, description: PICTURE })
  posterUrl!: string | null;
}

@ObjectType({ description: 'A page of collections.', simpleResolvers: true })
export class CollectionConnection extends connectionOf('Collection', () => Collection) {
  @Field(() => Freshness, { description: 'Whether Plex answered, or our own cache.' })
  freshness!: Freshness;
}

@ObjectType({ implements: Node, description: 'A library of Plex.', simpleResolvers: true })
export class Library extends Node {
  @Field(() => String, { description: 'As Plex calls it.' })
  title!: string;

  @Field(() => LibraryType, { description: 'What it holds.' })
  type!: keyof typeof LibraryType;

  @Field(() => Freshness, { description: 'Whether Plex answered, or our own cache.' })
  freshness!: Freshness;
}

export const MAX_QUERY = 200;

@ArgsType()
export class ItemArgs {
  @Field(() => String, { nullable: true, description: `Part of a title, at most ${MAX_QUERY} characters.` })
  search?: string;

  @Field(() => ItemOrder, { defaultValue: ItemOrder.TITLE_ASC, description: 'Which come first.' })
  orderBy!: ItemOrder;

  @Field(() => Int, { defaultValue: 50, description: 'How many, 1 to 100.' })
  first!: number;

  @Field(() => String, { nullable: true, description: 'The endCursor of the page before.' })
  after?: string;
}

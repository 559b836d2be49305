import 'reflect-metadata';
import DataLoader from 'dataloader';
import type { GraphQLSchema } from 'graphql';
import {
  Arg,
  buildSchema,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import type { Topic } from './topic';
import { createTopic } from './topic';

/** 50 requests of 20 people for 40 titles: 60 keys to load. */
const REQUESTS = Array.from({ length: 50 }, (_, n) => ({
  id: `req_${n}`,
  status: 'APPROVED',
  createdAt: '2026-05-01T10:00:00.000Z',
  note: `the note of request ${n}`,
  userId: `usr_${n % 20}`,
  mediaId: `mda_${n % 40}`,
}));
type RequestRow = (typeof REQUESTS)[number];

const byId =
  <Item>(make: (id: string) => Item) =>
  (ids: readonly string[]): Promise<Item[]> =>
    Promise.resolve(ids.map(make));
const loadUsers = byId((id) => ({ id, name: `Person ${id}`, avatar: `/images/${id}.png` }));
const loadMedia = byId((id) => ({ id, title: `Title of ${id}`, year: 1999, posterPath: `/posters/${id}.jpg` }));

export const createLoaders = () => ({
  users: new DataLoader(loadUsers),
  media: new DataLoader(loadMedia),
});
type Loaders = ReturnType<typeof createLoaders>;

export interface SchemaParts<Context> {
  loadersOf(context: Context): Loaders;
  topic: Topic<number>;
  /** Each field that has no resolver is read from its object, without a function of type-graphql around it. */
  simpleResolvers: boolean;
}

/** Subscriptions bring their own source; the library wants one all the same. */
const NONE = { publish: () => undefined, subscribe: () => createTopic<never>().subscribe() };

/** The schema that all contenders serve. */
export function buildBenchSchema<Context extends object>({
  loadersOf,
  topic,
  simpleResolvers,
}: SchemaParts<Context>): Promise<GraphQLSchema> {
  @ObjectType({ simpleResolvers })
  class User {
    @Field(() => ID) id!: string;
    @Field(() => String) name!: string;
    @Field(() => String) avatar!: string;
  }
  @ObjectType({ simpleResolvers })
  class Media {
    @Field(() => ID) id!: string;
    @Field(() => String) title!: string;
    @Field(() => Int) year!: number;
    @Field(() => String) posterPath!: string;
  }
  @ObjectType({ simpleResolvers })
  class MediaRequest {
    @Field(() => ID) id!: string;
    @Field(() => String) status!: string;
    @Field(() => String) createdAt!: string;
    @Field(() => String) note!: string;
    @Field(() => User) user!: User;
    @Field(() => Media) media!: Media;
  }
  @ObjectType({ simpleResolvers })
  class Tick {
    @Field(() => Int) n!: number;
    @Field(() => User) user!: User;
  }

  @Resolver(() => MediaRequest)
  class MediaRequestResolver {
    @Query(() => [MediaRequest])
    requests(@Arg('first', () => Int, { defaultValue: 50 }) first: number): Promise<RequestRow[]> {
      return Promise.resolve(REQUESTS.slice(0, first));
    }
    @FieldResolver(() => User)
    user(@Root() { userId }: RequestRow, @Ctx() context: Context): Promise<User> {
      return loadersOf(context).users.load(userId);
    }
    @FieldResolver(() => Media)
    media(@Root() { mediaId }: RequestRow, @Ctx() context: Context): Promise<Media> {
      return loadersOf(context).media.load(mediaId);
    }
  }

  @Resolver(() => Tick)
  class TickResolver {
    @Subscription(() => Tick, { subscribe: () => topic.subscribe() })
    ticked(@Root() n: number): Tick {
      return { n } as Tick;
    }
    @FieldResolver(() => User)
    user(@Root() { n }: Tick, @Ctx() context: Context): Promise<User> {
      return loadersOf(context).users.load(`usr_${n % 20}`);
    }
  }
  return buildSchema({ resolvers: [MediaRequestResolver, TickResolver], validate: false, pubSub: NONE });
}

export const LIST = `{ requests(first: 50) { id status createdAt note user { id name avatar } media { id title year posterPath } } }`;
export const TINY = '{ __typename }';
export const TICKED = 'subscription { ticked { n user { id name } } }';

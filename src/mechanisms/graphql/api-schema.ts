import type { GraphQLSchema } from 'graphql';
import { buildSchema } from 'type-graphql';

/** A resolver class and the object that wiring made of it. */
export type ResolverMount = readonly [resolverClass: Function, instance: object];

/** type-graphql wants a pubSub as soon as there is a subscription; ours bring their own iterators and never ask it. */
const noTopics = {
  publish: refuse,
  subscribe: refuse,
};
function refuse(): never {
  throw new TypeError('subscriptions here are made with { subscribe }, not with topics');
}

/** The executable schema over resolvers that wiring made. Input shapes are checked by GraphQL, their meaning by commands. */
export async function buildApiSchema({ resolvers }: { resolvers: readonly ResolverMount[] }): Promise<GraphQLSchema> {
  const instances = new Map<unknown, object>(resolvers);
  const [first, ...others] = resolvers.map(([resolverClass]) => resolverClass);
  if (!first) throw new TypeError('a schema needs a resolver');
  return buildSchema({
    resolvers: [first, ...others],
    container: { get: (resolverClass: Function) => instances.get(resolverClass) },
    pubSub: noTopics,
    validate: false,
  });
}

import { Arg, Ctx, Field, ID, InterfaceType, Query, Resolver } from 'type-graphql';
import { InvalidInput } from '../errors';
import type { AccessMap } from './access';
import { allows } from './access';
import type { ResolverMount } from './api-schema';
import { AtLeast } from './at-least';

@InterfaceType({
  description: 'What has an id of its own and can be fetched again by it.',
  resolveType: (value: object) => ('__typename' in value ? String(value.__typename) : value.constructor.name),
})
export abstract class Node {
  @Field(() => ID, { description: 'Global id, opaque.' })
  id!: string;
}

/** The part of the operation's context that this mechanism looks at. */
interface WithViewer {
  viewer: { scopes: ReadonlySet<string> } | null;
}

/**
 * How the objects of one type are fetched by id. `load` answers null for what is not there or not for this viewer; what comes of the log is not
 * older than the position `atLeast`.
 */
export interface NodeFetcher<Context extends WithViewer> {
  /** What the ids of this type begin with: `req_`. */
  prefix: string;
  /** The GraphQL name: `MediaRequest`. */
  type: string;
  load(id: string, context: Context, atLeast?: string): Promise<object | null>;
}

const MAX_IDS = 100;
const AT_LEAST = 'Not older than this, where it comes of the log.';

@Resolver()
class NodeResolver<Context extends WithViewer> {
  constructor(
    private readonly fetchers: readonly NodeFetcher<Context>[],
    private readonly access: AccessMap,
  ) {}

  @Query(() => Node, {
    nullable: true,
    description: 'Anything by its global id; null when it is not there or not for you.',
  })
  async node(
    @Arg('id', () => ID, { description: 'A global id.' }) id: string,
    @Ctx() context: Context,
    @AtLeast(AT_LEAST) atLeast?: string,
  ): Promise<object | null> {
    const fetcher = this.fetchers.find(({ prefix }) => id.startsWith(prefix));
    // A selection of `id` alone names no type, so that the check before execution did not see which one it is.
    const entry = fetcher && this.access[fetcher.type];
    if (!entry || !allows(entry, context.viewer?.scopes ?? null)) return null;
    const node = await fetcher.load(id, context, atLeast);
    return node && { ...node, __typename: fetcher.type };
  }

  @Query(() => [Node], {
    nullable: 'items',
    description: 'Several by their global ids, in the same order; null for what is not there or not for you.',
  })
  nodes(
    @Arg('ids', () => [ID], { description: `At most ${MAX_IDS} global ids.` }) ids: string[],
    @Ctx() context: Context,
    @AtLeast(AT_LEAST) atLeast?: string,
  ): Promise<(object | null)[]> {
    if (ids.length > MAX_IDS) throw new InvalidInput(`at most ${MAX_IDS} ids, not ${ids.length}`, ['ids']);
    return Promise.all(ids.map((id) => this.node(id, context, atLeast)));
  }
}

/** The queries `node` and `nodes` over what the features can fetch. */
export function createNodeResolver<Context extends WithViewer>(
  fetchers: readonly NodeFetcher<Context>[],
  access: AccessMap,
): ResolverMount {
  return [NodeResolver, new NodeResolver(fetchers, access)];
}

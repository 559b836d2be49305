import type { ClassType } from 'type-graphql';
import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'Where a page stands in its list.', simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean, { description: 'There is more after this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'There is more before this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the first entry; null on an empty page.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the last entry: `after` of the next page.' })
  endCursor!: string | null;
}

export interface Edge<Item> {
  node: Item;
  cursor: string;
}

/** What a resolver of a connection returns; `page` makes it. */
export interface Connection<Item> {
  nodes: readonly Item[];
  edges: readonly Edge<Item>[];
  pageInfo: PageInfo;
  /** Runs only when the operation asks for `totalCount`. */
  countAll?: () => Promise<number>;
}

/**
 * The base class of a connection type, with its edge type:
 *
 *     @ObjectType({ description: 'A page of requests.', simpleResolvers: true })
 *     export class MediaRequestConnection extends connectionOf('MediaRequest', () => MediaRequest) {}
 */
export function connectionOf<Item extends object>(
  name: string,
  nodeType: () => ClassType<Item>,
): ClassType<Connection<Item>> {
  @ObjectType(`${name}Edge`, { description: `A ${name} in a list.`, simpleResolvers: true })
  class ItemEdge implements Edge<Item> {
    @Field(() => nodeType(), { description: 'The entry itself.' })
    node!: Item;

    @Field(() => String, { description: 'Its place in the list, opaque.' })
    cursor!: string;
  }

  @ObjectType(`${name}ConnectionBase`, { simpleResolvers: true })
  class ItemConnection implements Connection<Item> {
    @Field(() => [nodeType()], { description: 'The entries of this page.' })
    nodes!: Item[];

    @Field(() => [ItemEdge], { description: 'The entries of this page, each with its cursor.' })
    edges!: ItemEdge[];

    @Field(() => PageInfo, { description: 'Where this page stands in the list.' })
    pageInfo!: PageInfo;

    countAll?: () => Promise<number>;

    @Field(() => Int, { nullable: true, description: 'How many there are in all pages; null when unknown.' })
    totalCount(): Promise<number> | null {
      return this.countAll?.() ?? null;
    }
  }
  return ItemConnection;
}

export interface PageOptions<Item> {
  nodes: readonly Item[];
  cursorOf(item: Item): string;
  /** Where the next page begins, when that is not the last entry. */
  endCursor?: string;
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  countAll?: () => Promise<number>;
}

/** One page as a connection. Cursors are made when they are asked for. */
export function page<Item>(options: PageOptions<Item>) {
  const { nodes, cursorOf, hasNextPage, hasPreviousPage, countAll } = options;
  const cursorAt = (index: number) => {
    const item = nodes.at(index);
    return item === undefined ? null : cursorOf(item);
  };
  return {
    nodes,
    get edges() {
      return nodes.map((node) => ({ node, cursor: cursorOf(node) }));
    },
    get pageInfo() {
      return { hasNextPage, hasPreviousPage, startCursor: cursorAt(0), endCursor: options.endCursor ?? cursorAt(-1) };
    },
    countAll,
  } satisfies Connection<Item>;
}

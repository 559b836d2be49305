import { graphql, printSchema, subscribe, parse } from 'graphql';
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import { z } from 'zod';
import type { AccessMap, ResolverMount } from '.';
import {
  answering,
  buildApiSchema,
  connectionOf,
  createNodeResolver,
  DateTime,
  decodeCursor,
  encodeCursor,
  graphqlAccess,
  Node,
  page,
  pageSize,
  Position,
  Problem,
  problemOf,
} from '.';
import { Conflict, Forbidden, IdempotencyKeyReused, InvalidInput, NotFound } from '../errors';

@ObjectType({ implements: Node, description: 'A book.', simpleResolvers: true })
class Book extends Node {
  @Field(() => String, { description: 'Its title.' })
  title!: string;
}

@ObjectType({ description: 'A page of books.', simpleResolvers: true })
class BookConnection extends connectionOf('Book', () => Book) {
  @Field(() => Int, { description: 'Of the page.' })
  pages!: number;
}

@ObjectType({ implements: Problem, description: 'It is out.', simpleResolvers: true })
class BookIsOut extends Problem {
  @Field(() => String, { description: 'Who has it.' })
  reader!: string;
}

@ObjectType({ description: 'What came of it.', simpleResolvers: true })
class BorrowPayload {
  @Field(() => Book, { nullable: true, description: 'The book.' })
  book?: Book | null;

  @Field(() => [String], { description: 'Notices.' })
  notices!: string[];

  @Field(() => [Problem], { description: 'Why not.' })
  problems!: Problem[];
}

class Out extends Conflict {
  constructor() {
    super('it is out', 'OUT');
  }
}

const books = [
  { id: 'book_1', title: 'One' },
  { id: 'book_2', title: 'Two' },
];

@Resolver(() => Book)
class BookResolver {
  counted = 0;
  failure: Error | undefined;

  @Query(() => BookConnection, { description: 'All books.' })
  books(@Arg('first', () => Int, { defaultValue: 20, description: 'How many.' }) first: number) {
    const connection = page({
      nodes: books.slice(0, pageSize(first)),
      cursorOf: ({ title, id }) => encodeCursor([title, id]),
      hasNextPage: first < books.length,
      hasPreviousPage: false,
      countAll: () => Promise.resolve((this.counted += 1) && books.length),
    });
    return Object.assign(connection, { pages: 7 });
  }

  @FieldResolver(() => String, { description: 'The title, louder.' })
  loud(@Root() book: Book): string {
    return book.title.toUpperCase();
  }

  @Mutation(() => BorrowPayload, { description: 'Borrows.' })
  borrow(@Ctx() _context: object): Promise<BorrowPayload> {
    return answering<BorrowPayload>(
      async () => {
        if (this.failure) throw this.failure;
        return { book: books[0], notices: [] };
      },
      {
        refused: { notices: ['sorry'] },
        problem: (error) => (error instanceof Out ? problemOf(BookIsOut, error, { reader: 'ben' }) : undefined),
      },
    );
  }

  @Subscription(() => String, {
    description: 'Ticks.',
    subscribe: async function* ({ args }: { args: { n: number } }) {
      for (let i = 0; i < args.n; i += 1) yield `tick ${i}`;
    },
  })
  ticks(@Root() tick: string, @Arg('n', () => Int, { description: 'How many.' }) _n: number): string {
    return tick;
  }
}

const access: AccessMap = { ...graphqlAccess, Book: 'LIBRARY_READ' };

async function library() {
  const resolver = new BookResolver();
  const fetcher = {
    prefix: 'book_',
    type: 'Book',
    load: (id: string) => Promise.resolve(books.find((book) => book.id === id) ?? null),
  };
  const mounts: ResolverMount[] = [[BookResolver, resolver], createNodeResolver([fetcher], access)];
  const schema = await buildApiSchema({ resolvers: mounts });
  const ask = async (source: string, scopes: string[] = ['LIBRARY_READ']) => {
    const contextValue = { viewer: { scopes: new Set(scopes) } };
    return JSON.parse(JSON.stringify(await graphql({ schema, source, contextValue })));
  };
  return { schema, resolver, ask };
}

describe('connections', () => {
  it('give nodes, edges and cursors, and the fields of a subclass', async () => {
    const { ask } = await library();
    const { data } = await ask(
      '{ books(first: 1) { pages nodes { id loud } edges { cursor node { title } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }',
    );
    const cursor = encodeCursor(['One', 'book_1']);
    expect(data.books).toEqual({
      pages: 7,
      nodes: [{ id: 'book_1', loud: 'ONE' }],
      edges: [{ cursor, node: { title: 'One' } }],
      pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: cursor, endCursor: cursor },
    });
  });

  it('count only when asked', async () => {
    const { ask, resolver } = await library();
    await ask('{ books { nodes { id } } }');
    expect(resolver.counted).toBe(0);
    expect((await ask('{ books { totalCount } }')).data.books.totalCount).toBe(2);
    expect(resolver.counted).toBe(1);
  });

  it('give each type its own edge and keep the base class out of the schema', async () => {
    const sdl = printSchema((await library()).schema);
    expect(sdl).toContain('type BookEdge');
    expect(sdl).not.toContain('ConnectionBase');
  });
});

describe('cursors and page sizes', () => {
  const keys = z.tuple([z.string(), z.number()]);

  it('come back as they were', () => {
    expect(decodeCursor(encodeCursor(['a', 1]), keys)).toEqual(['a', 1]);
  });

  it.each(['', 'x', 'p1.pg.1', encodeCursor(['a', 'b']), encodeCursor(['a'])])('refuse %j', (cursor) => {
    expect(() => decodeCursor(cursor, keys)).toThrow(InvalidInput);
  });

  it('hold first within 1 and 100', () => {
    expect([1, 100].map(pageSize)).toEqual([1, 100]);
    for (const first of [0, -1, 101]) expect(() => pageSize(first)).toThrow(InvalidInput);
  });
});

describe('node and nodes', () => {
  it('find by the prefix of the id and know the type', async () => {
    const { ask } = await library();
    const { data } = await ask(
      '{ node(id: "book_2") { __typename id ... on Book { title loud } } nodes(ids: ["book_9", "zzz_1", "book_1"]) { id } }',
    );
    expect(data.node).toEqual({ __typename: 'Book', id: 'book_2', title: 'Two', loud: 'TWO' });
    expect(data.nodes).toEqual([null, null, { id: 'book_1' }]);
  });

  it('give nothing of a type whose scope the token lacks, even where only the id is asked for', async () => {
    const { ask } = await library();
    expect((await ask('{ node(id: "book_2") { id } }', ['STATUS_READ'])).data.node).toBeNull();
  });

  it('take at most 100 ids', async () => {
    const { ask } = await library();
    const { errors } = await ask(`{ nodes(ids: [${'"book_1",'.repeat(101)}]) { id } }`);
    expect(errors).toMatchObject([{ message: 'at most 100 ids, not 101', path: ['nodes'] }]);
  });
});

describe('problems', () => {
  const borrow =
    '{ borrow { book { id } notices problems { __typename code message retryable retryAfter ... on InvalidInput { path } ... on Forbidden { missing } ... on BookIsOut { reader } } } }';
  const cases: [Error, object][] = [
    [new InvalidInput('wrong', ['a', 'b'], 'EXACT'), { __typename: 'InvalidInput', code: 'EXACT', path: ['a', 'b'] }],
    [new Forbidden('no', ['ADMIN']), { __typename: 'Forbidden', code: 'FORBIDDEN', missing: ['ADMIN'] }],
    [new NotFound('no'), { __typename: 'NotFound', code: 'NOT_FOUND' }],
    [new Conflict('no', 'LATE'), { __typename: 'Conflict', code: 'LATE' }],
    [new IdempotencyKeyReused('no'), { __typename: 'IdempotencyKeyReused', code: 'IDEMPOTENCY_KEY_REUSED' }],
    [new Out(), { __typename: 'BookIsOut', code: 'OUT', reader: 'ben' }],
  ];

  it.each(cases)('tell of %s', async (failure, expected) => {
    const { ask, resolver } = await library();
    resolver.failure = failure;
    const { data, errors } = await ask(`mutation ${borrow}`);
    expect(errors).toBeUndefined();
    expect(data.borrow).toMatchObject({ book: null, notices: ['sorry'] });
    expect(data.borrow.problems).toEqual([
      { message: failure.message, retryable: false, retryAfter: null, ...expected },
    ]);
  });

  it('are empty after success, and anything unexpected is no problem but an error', async () => {
    const { ask, resolver } = await library();
    expect((await ask(`mutation ${borrow}`)).data.borrow).toEqual({
      book: { id: 'book_1' },
      notices: [],
      problems: [],
    });
    resolver.failure = new TypeError('bug');
    expect((await ask(`mutation ${borrow}`)).errors[0].message).toBe('bug');
  });
});

it('subscriptions bring their own iterator', async () => {
  const { schema } = await library();
  const stream = await subscribe({ schema, document: parse('subscription { ticks(n: 2) }') });
  const ticks: unknown[] = [];
  for await (const { data } of stream as AsyncIterable<{ data: { ticks: string } }>) ticks.push(data.ticks);
  expect(ticks).toEqual(['tick 0', 'tick 1']);
});

describe('scalars', () => {
  it('Position takes its form and nothing else', () => {
    expect(Position.parseValue('p1.pg7f3a.184233')).toBe('p1.pg7f3a.184233');
    for (const wrong of ['184233', 'p1.pg.', 'p2.pg.1', 'p1.PG.1', '', 5, null]) {
      expect(() => Position.parseValue(wrong)).toThrow('Position');
    }
  });

  it('DateTime goes out as ISO text and comes in as a Date', () => {
    const date = new Date('2026-01-31T20:15:00.000Z');
    expect(DateTime.serialize(date)).toBe('2026-01-31T20:15:00.000Z');
    expect(DateTime.parseValue('2026-01-31T20:15:00Z')).toEqual(date);
    expect(() => DateTime.parseValue('yesterday')).toThrow();
  });
});

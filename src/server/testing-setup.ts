import type { GraphQLFieldResolver } from 'graphql';
import { buildSchema } from 'graphql';
import { createBatchLoader } from '../mechanisms/batching';
import type { AccessMap } from '../mechanisms/graphql';
import type { OperationContext } from './context';

const sdl = /* GraphQL */ `
  type Query {
    me: Person
    secret: String
    open(code: String!): String
    fail: String
    add(a: Int!, b: Int! = 1): Int
    people(first: Int! = 20): People!
  }
  type Mutation {
    rename(name: String!): Person
  }
  scalar Position
  type Subscription {
    counted(after: Position): Count
    secretCounted: Count
  }
  type Person {
    id: ID!
    friend: Person
    salary: Int
    people(first: Int! = 20): People!
  }
  type People {
    nodes: [Person!]!
  }
  type Count {
    n: Int
    position: Position!
    "The number once more, through a loader."
    loaded: Int
    fail: Int
    failAll: Int!
    viewer: ID
  }
`;

export const testAccess: AccessMap = {
  'Query.me': 'SIGNED_IN',
  'Query.secret': 'ADMIN',
  'Query.open': 'PUBLIC',
  'Query.fail': 'SIGNED_IN',
  'Query.add': 'SIGNED_IN',
  'Query.people': 'SIGNED_IN',
  People: 'SIGNED_IN',
  'Mutation.rename': 'SIGNED_IN',
  'Subscription.counted': 'SIGNED_IN',
  'Subscription.secretCounted': 'ADMIN',
  Person: 'SIGNED_IN',
  'Person.salary': 'ADMIN',
  Count: 'SIGNED_IN',
};

/** A source that the test feeds by hand, and that tells how often it was left. */
export function createSource() {
  const queue: number[] = [];
  let waiting: ((result: IteratorResult<number>) => void) | undefined;
  const source = {
    subscribed: 0,
    /** What the newest subscription goes on after. */
    after: undefined as unknown,
    returned: 0,
    /** How many numbers nobody has taken yet. */
    waiting: () => queue.length,
    /** What the field `open` waits for. */
    held: undefined as Promise<unknown> | undefined,
    /** What the loader reads: the newest number. */
    current: 0,
    push(n: number) {
      source.current = n;
      if (!waiting) return void queue.push(n);
      waiting({ done: false, value: n });
      waiting = undefined;
    },
    subscribe(after?: unknown): AsyncIterableIterator<number> {
      source.subscribed += 1;
      source.after = after;
      return {
        next() {
          const value = queue.shift();
          if (value !== undefined) return Promise.resolve({ done: false, value });
          return new Promise((resolve) => (waiting = resolve));
        },
        return() {
          source.returned += 1;
          waiting?.({ done: true, value: undefined });
          return Promise.resolve({ done: true, value: undefined });
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
  };
  return source;
}

export type Source = ReturnType<typeof createSource>;
type Resolve = GraphQLFieldResolver<unknown, OperationContext>;

export function createTestSchema(source: Source, failure: () => Error) {
  const schema = buildSchema(sdl);
  const set = (type: string, field: string, resolve: Resolve) => {
    const fields = schema.getType(type) as unknown as { getFields(): Record<string, object> };
    Object.assign(fields.getFields()[field]!, { resolve });
  };
  const makeLoader = () =>
    createBatchLoader<number, number>({
      keyOf: () => 'current',
      load: () => Promise.resolve(new Map([['current', source.current]])),
    });
  set('Query', 'me', (_root, _args, { viewer: who }) => ({ id: who?.accountId, salary: 5, friend: { id: 'f' } }));
  set('Query', 'secret', () => 'secret');
  set('Query', 'open', async () => {
    await source.held;
    return 'opened';
  });
  for (const [type, field] of [
    ['Query', 'fail'],
    ['Count', 'fail'],
    ['Count', 'failAll'],
  ] as const) {
    set(type, field, () => {
      throw failure();
    });
  }
  set('Query', 'people', () => ({ nodes: [] }));
  set('Query', 'add', (_root, { a, b }) => a + b);
  set('Mutation', 'rename', (_root, _args, { viewer: who }) => ({ id: who?.accountId }));
  set('Count', 'n', (n) => n);
  set('Count', 'position', (n) => `p1.test.${String(n)}`);
  set('Count', 'loaded', (_n, _args, { loaders }) => loaders.use(makeLoader).load(0));
  set('Count', 'viewer', (_n, _args, { viewer: who }) => who?.accountId);
  for (const field of ['counted', 'secretCounted']) {
    set('Subscription', field, (n) => n);
    Object.assign(schema.getSubscriptionType()!.getFields()[field]!, {
      subscribe: (_root: unknown, { after }: { after?: unknown }) => source.subscribe(after),
    });
  }
  return schema;
}

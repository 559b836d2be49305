import { ApolloServer } from '@apollo/server';
import { createBudget } from '../mechanisms/budget';
import type { TestDoor } from './testing';
import { openTestDoor, ways } from './testing';

let door: TestDoor;
beforeEach(async () => {
  door = await openTestDoor();
});
afterEach(() => door.close());

const repeat = (text: string, times: number) => text.repeat(times);
const aliased = (times: number) => `{ ${Array.from({ length: times }, (_, n) => `a${n}: me { id }`).join(' ')} }`;
const doubling = Array.from({ length: 40 }, (_, n) => `fragment F${n} on Person { ...F${n + 1} ...F${n + 1} }`).join(
  ' ',
);

const attacks: [what: string, query: string, code: string][] = [
  ['13 levels', `{ me { ${repeat('friend { ', 11)} id ${repeat('} ', 11)} } }`, 'GRAPHQL_VALIDATION_FAILED'],
  ['31 aliases', aliased(31), 'GRAPHQL_VALIDATION_FAILED'],
  ['800 aliases', aliased(800), 'GRAPHQL_VALIDATION_FAILED'],
  ['more than 5,000 tokens', `{ ${repeat('__typename ', 5_000)} }`, 'GRAPHQL_PARSE_FAILED'],
  ['one field a thousand times', `{ ${repeat('me{id} ', 1_200)} }`, 'GRAPHQL_VALIDATION_FAILED'],
  [
    'one fragment a thousand times',
    `{ me { ${repeat('...F ', 1_200)} } } fragment F on Person { id }`,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  ['a cycle of fragments', '{ me { ...A } } fragment A on Person { friend { ...A } }', 'GRAPHQL_VALIDATION_FAILED'],
  [
    'aliases behind fragments that double',
    `{ me { ...F0 } } ${doubling} fragment F40 on Person { a: id }`,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  ['a price beyond all', `{ me { ...F0 } } ${doubling} fragment F40 on Person { friend { id } }`, 'COST_EXCEEDED'],
  ['pages of pages', '{ people(first: 100) { nodes { people(first: 100) { nodes { id } } } } }', 'COST_EXCEEDED'],
  ['a page of 101', '{ people(first: 101) { nodes { id } } }', 'INVALID_INPUT'],
  [
    'introspection again and again',
    '{ a: __schema { description } b: __schema { description } c: __schema { description } d: __schema { description } }',
    'COST_EXCEEDED',
  ],
  [
    'introspection that nests its lists',
    '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }',
    'GRAPHQL_VALIDATION_FAILED',
  ],
];

const PAGES = 'query($n: Int!) { people(first: $n) { nodes { people(first: $n) { nodes { id } } } } }';
const unsent = (name: string) =>
  `query($${name}: Int, $n: Int!) { people(first: $n) { nodes { people(first: $${name}) { nodes { id } } } } }`;

/** What is allowed with an `n` of 1, and no more with another. */
const byVariables: [what: string, query: string, n: number, code: string][] = [
  ['pages of pages', PAGES, 100, 'COST_EXCEEDED'],
  ['a page of 101', PAGES, 101, 'INVALID_INPUT'],
  ...['toString', 'constructor', 'valueOf', '__proto__'].map((name): [string, string, number, string] => [
    `${name}, that is not sent`,
    unsent(name),
    100,
    'COST_EXCEEDED',
  ]),
];

/** All ways in must judge alike. */
describe.each(Object.entries(ways))('by %s', (_way, send) => {
  it.each(attacks)('%s is refused, and nothing else suffers', async (_what, query, code) => {
    expect((await send(door, query))?.code).toBe(code);
    expect(await send(door, '{ me { id } }')).toBeNull();
  });

  it.each(byVariables)('%s in a variable', async (...[, query, n, code]) => {
    expect((await send(door, query, { n }))?.code).toBe(code);
    expect(await send(door, query, { n: 1 })).toBeNull();
    const askedApollo = jest.spyOn(ApolloServer.prototype, 'executeHTTPGraphQLRequest');
    expect((await send(door, query, { n }))?.code).toBe(code); // of a document that is known
    expect(askedApollo).not.toHaveBeenCalled();
    askedApollo.mockRestore();
  });

  it('a price too high says which, and what is allowed', async () => {
    const refusal = await send(door, '{ people(first: 100) { nodes { people(first: 100) { nodes { id } } } } }');
    expect(refusal?.extensions).toMatchObject({ requested: 10_202, maximum: 2_000, retryable: false });
  });

  it('who has used up the budget hears when it is back; others go on', async () => {
    await door.close();
    const budget = createBudget({ capacity: 2_000, restoreRate: 100 });
    door = await openTestDoor({ cost: { perOperation: 2_000, budget } });
    await budget.charge('usr_ben', 1_000);
    const refusal = await send(
      door,
      'query($n: Int!) { people(first: $n) { nodes { people(first: 10) { nodes { id } } } } }',
      {
        n: 100,
      },
    );
    expect(refusal?.code).toBe('RATE_LIMITED');
    expect(refusal?.extensions).toMatchObject({ retryable: true, requested: 1_202, available: 1_000 });
    expect(Date.parse(String(refusal?.extensions.retryAfter))).toBeGreaterThan(Date.now());
    expect((await door.ask('{ me { id } }', 'ada')).body.errors).toBeUndefined();
  });
});

it('what was charged and not needed comes back, and the answer says so', async () => {
  const { body } = await door.ask('{ people(first: 100) { nodes { id } } }', 'ben');
  expect(body.extensions).toEqual({ cost: { requested: 102, actual: 2, available: 19_998, restoreRate: 1_000 } });
  const { body: next } = await door.ask('{ me { id } }', 'ben');
  expect(next.extensions?.cost).toMatchObject({ available: 19_996 });
});

it('on HTTP a refusal says by its status when to come back', async () => {
  await door.close();
  const budget = createBudget({ capacity: 100, restoreRate: 10 });
  door = await openTestDoor({ cost: { perOperation: 100, budget } });
  await budget.charge('usr_ben', 100);
  const headers = { 'content-type': 'application/json', authorization: 'Bearer ben' };
  const response = await fetch(door.url, { method: 'POST', headers, body: '{"query":"{ me { id } }"}' });
  expect(response.status).toBe(429);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(5);
  expect((await door.ask('{ people(first: 100) { nodes { id } } }', 'ben')).status).toBe(400);
});

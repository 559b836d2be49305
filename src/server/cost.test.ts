import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { GraphQLObjectType, OperationDefinitionNode } from 'graphql';
import { buildSchema, Kind, parse } from 'graphql';
import { InvalidInput } from '../mechanisms/errors';
import type { Variables } from './cost';
import { createCostMeter, objectsIn } from './cost';

const schema = buildSchema(/* GraphQL */ `
  type Query {
    thing: Thing
    things(first: Int! = 20): ThingConnection!
    byIds(ids: [ID!]!): [Thing]!
    name: String
  }
  type Thing {
    id: ID!
    names: [String!]!
    part: Thing
    notices: [Thing!]!
    doors: [Thing!]!
    things(first: Int! = 50): ThingConnection!
  }
  type ThingConnection {
    nodes: [Thing!]!
    edges: [ThingEdge!]!
    pageInfo: PageInfo!
    totalCount: Int
  }
  type ThingEdge {
    node: Thing!
    cursor: String!
  }
  type PageInfo {
    hasNextPage: Boolean!
  }
`);
const thing = schema.getType('Thing') as unknown as { getFields(): Record<string, { extensions: object }> };
thing.getFields().doors!.extensions = { assumedSize: 2 };

function costOf(text: string, variables: Variables = {}): number {
  const document = parse(text);
  const operation = document.definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  return createCostMeter(schema)(document, operation!, variables);
}

it.each([
  ['the answer itself is an object', '{ name __typename }', 1],
  ['an object is one, a value nothing', '{ thing { id names part { id } } }', 1 + 2],
  ['a page is its first times its node', '{ things(first: 5) { nodes { id part { id } } } }', 1 + 1 + 5 * 2],
  ['edges too', '{ things(first: 5) { edges { cursor node { id } } pageInfo { hasNextPage } } }', 1 + 1 + 5 * 2 + 1],
  ['first has its default', '{ things { nodes { id } } }', 1 + 1 + 20],
  [
    'pages of pages multiply',
    '{ things(first: 3) { nodes { things(first: 4) { nodes { id } } } } }',
    1 + 1 + 3 * (1 + 1 + 4),
  ],
  ['a list that says nothing is four', '{ thing { notices { id } } }', 1 + 1 + 4],
  ['or what its field declares', '{ thing { doors { id } } }', 1 + 1 + 2],
  ['by ids it is as many as they are', '{ byIds(ids: ["a", "b", "c"]) { id part { id } } }', 1 + 3 * 2],
  [
    'a fragment costs wherever it stands',
    '{ thing { ...F part { ...F } } } fragment F on Thing { part { id } }',
    1 + 4,
  ],
  [
    'and knows the page that it stands in',
    '{ a: things(first: 2) { ...P } b: things(first: 7) { ...P } } fragment P on ThingConnection { nodes { id } }',
    1 + (1 + 2) + (1 + 7),
  ],
  ['an inline fragment is no level', '{ things(first: 2) { ... on ThingConnection { ... { nodes { id } } } } }', 1 + 3],
  ['introspection has one price', '{ __schema { types { fields { name } } } __type(name: "T") { name } }', 1 + 1_000],
])('%s', (_what, text, cost) => {
  expect(costOf(text)).toBe(cost);
});

it.each([
  ['as sent', { n: 3 }, 1 + 1 + 3],
  ['by its default', {}, 1 + 1 + 7],
])('a variable counts %s', (_how, variables, cost) => {
  expect(costOf('query($n: Int = 7) { things(first: $n) { nodes { id } } }', variables)).toBe(cost);
});

it.each(['toString', 'constructor', 'valueOf', '__proto__'])('a variable may be called %s', (name) => {
  const text = `query($${name}: Int) { things(first: $${name}) { nodes { id } } }`;
  expect(costOf(text)).toBe(1 + 1 + 20);
  expect(costOf(text, JSON.parse(`{ "${name}": 3 }`) as Variables)).toBe(1 + 1 + 3);
  expect(costOf(text.replace('Int', 'Int = 7'))).toBe(1 + 1 + 7);
});

it('ids may be a variable', () => {
  const text = 'query($ids: [ID!]!) { byIds(ids: $ids) { id } }';
  expect(costOf(text, { ids: ['a', 'b'] })).toBe(3);
  expect(costOf(text, { ids: 'a' })).toBe(2);
});

it.each([0, -1, 101, 1_000_000])('a page of %i is refused before anything runs', (n) => {
  expect(() => costOf(`{ things(first: ${n}) { totalCount } }`)).toThrow(InvalidInput);
  expect(() => costOf('query($n: Int!) { things(first: $n) { totalCount } }', { n })).toThrow('first must be 1 to 100');
});

it('fragments of fragments cost no time', () => {
  const doubling = Array.from({ length: 60 }, (_, n) => `fragment F${n} on Thing { ...F${n + 1} ...F${n + 1} }`);
  const cost = costOf(`{ thing { ...F0 } } ${doubling.join(' ')} fragment F60 on Thing { part { id } }`);
  expect(cost).toBeGreaterThan(1e18);
});

it('a fragment is read once, in however many pages it stands: what is kept of a document grows with its text', () => {
  const connection = schema.getType('ThingConnection') as GraphQLObjectType;
  const lookedUp = jest.spyOn(connection, 'getFields');
  const pages = Array.from({ length: 50 }, (_, n) => `a${n}: things(first: ${n + 1}) { ...P }`);
  expect(costOf(`{ ${pages.join(' ')} } fragment P on ThingConnection { nodes { id } }`)).toBe(1 + 50 + (50 * 51) / 2);
  expect(lookedUp).toHaveBeenCalledTimes(1);
  lookedUp.mockRestore();
});

it('counts the objects of an answer', () => {
  expect(objectsIn({ a: 1, b: [{ c: 'x' }, null, { d: { e: [] } }], f: [1, 2] })).toBe(4);
  expect(objectsIn(null)).toBe(0);
});

describe('what is published', () => {
  const folder = path.join(__dirname, '../../schema');
  const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');
  const published = buildSchema(`${read('schema.graphql')}\n${read('demo.graphql')}`);
  const documents = readdirSync(path.join(folder, 'operations')).map((name) => parse(read(`operations/${name}`)));
  const operations = documents.flatMap((document) =>
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION
        ? [[definition.name?.value ?? '', { document, operation: definition }] as const]
        : [],
    ),
  );
  it.each(operations)('%s may be asked for, with the largest page too', (_name, { document, operation }) => {
    const costOfPublished = createCostMeter(published);
    expect(costOfPublished(document, operation, {})).toBeLessThanOrEqual(400);
    expect(costOfPublished(document, operation, { first: 100 })).toBeLessThanOrEqual(2_000);
  });
});

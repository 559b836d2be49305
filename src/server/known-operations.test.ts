import { ApolloServer } from '@apollo/server';
import type { GraphQLObjectType } from 'graphql';
import { getIntrospectionQuery } from 'graphql';
import { DatabaseUnavailable, InvalidInput } from '../mechanisms/errors';
import type { TestDoor } from './testing';
import { openTestDoor, viewer } from './testing';
import { createSource, createTestSchema } from './testing-setup';

const NOW = Date.parse('2026-05-01T10:00:00Z');
/** The budget says the same each time, so that answers do too. */
const granted = { granted: true, available: 12_345, fullAt: new Date(NOW + 9_500) };

let door: TestDoor;
let charges: number;
let grant: () => typeof granted;
let renamed: unknown[];
const askedApollo = jest.spyOn(ApolloServer.prototype, 'executeHTTPGraphQLRequest');

beforeEach(async () => {
  [charges, grant, renamed] = [0, () => granted, []];
  const schema = createTestSchema(createSource(), () => door.failure.error);
  const fieldsOf = (type: string) => (schema.getType(type) as GraphQLObjectType).getFields();
  Object.assign(fieldsOf('Mutation').rename!, {
    resolve: (...[, args]: [unknown, unknown]) => void renamed.push(args),
  });
  Object.assign(fieldsOf('Person').salary!, {
    resolve() {
      door.observer.step({ kind: 'SQL', of: 'serving', what: 'select salary', outcome: 'OK', ms: 1 });
      return Promise.resolve(7);
    },
  });
  Object.assign(fieldsOf('Query').secret!, { type: schema.getType('Position'), resolve: () => 1n });
  const budget = {
    restoreRate: 1_000,
    charge: () => Promise.resolve(((charges += 1), grant())),
    refund: () => undefined,
  };
  door = await openTestDoor({ schema, traces: true, cost: { perOperation: 2_000, budget } });
  door.tokens.set('ada', { ...viewer('usr_ada', ['ADMIN']), role: 'ADMIN' });
  jest.spyOn(Date, 'now').mockReturnValue(NOW);
  askedApollo.mockClear();
});
afterEach(async () => {
  jest.mocked(Date.now).mockRestore();
  await door.close();
});

interface Sent {
  query?: string;
  body?: object;
  token?: string;
  headers?: Record<string, string>;
}

async function send({ query, body, token, headers }: Sent) {
  const before = [askedApollo.mock.calls.length, charges, door.operations.length] as const;
  const response = await fetch(door.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }), ...headers },
    body: JSON.stringify({ query, ...body }),
  });
  const { date: _date, 'content-length': _length, ...answered } = Object.fromEntries(response.headers);
  const text = (await response.text()).replace(/[\da-f]{8}-[\da-f-]{27}/g, '<id>').replace(/"endedAtMs":[\d.]+/g, '');
  return {
    answer: { status: response.status, headers: answered, text },
    lines: door.operations.slice(before[2]).map(({ time: _t, ms: _ms, correlationId: _id, ...line }) => line),
    byApollo: askedApollo.mock.calls.length - before[0],
    charged: charges - before[1],
  };
}

/** How many operations each combination of labels has counted. */
async function counted(): Promise<string[]> {
  const { text } = await door.metrics.expose();
  return text.split('\n').filter((line) => line.startsWith('medianest_graphql_operation_seconds_count'));
}

const PAGES = 'query ($n: Int!) { people(first: $n) { nodes { people(first: 60) { nodes { id } } } } }';
const TWO = 'query One { me { id } } query Two { open(code: "x") }';

interface Case extends Sent {
  query: string;
  /** What makes it known, when the case itself does not. */
  known?: object;
  failure?: Error;
  /** What the budget says. */
  grant?: typeof grant;
}
const fail = (error: Error) => () => {
  throw error;
};
const alike: Record<string, Case> = {
  'an object': { query: '{ me { id friend { id } } }', token: 'ben' },
  aliases: { query: '{ a: me { b: id } me { id } }', token: 'ben' },
  fragments: { query: '{ me { ...F ... on Person { id } } } fragment F on Person { friend { id } }', token: 'ben' },
  'skipped and included fields': {
    query: 'query ($no: Boolean!, $yes: Boolean = true) { me { id @skip(if: $yes) friend @include(if: $no) { id } } }',
    body: { variables: { no: false } },
    token: 'ben',
  },
  variables: { query: 'query ($a: Int!) { add(a: $a) }', body: { variables: { a: 4, b: 1 } }, token: 'ben' },
  'one of two operations': { query: TWO, body: { operationName: 'Two', variables: null }, token: 'ben' },
  introspection: { query: getIntrospectionQuery(), token: 'ben' },
  'what a resolver throws': { query: '{ fail me { id } }', token: 'ben' },
  'what a resolver refuses': { query: '{ fail }', token: 'ben', failure: new InvalidInput('no', ['a']) },
  'what cannot be now': { query: '{ fail }', token: 'ben', failure: new DatabaseUnavailable('later') },
  'a null where none may be': { query: '{ me { id friend { people { nodes { id } } } } }', token: 'ben' },
  'a null that an argument may not be': {
    query: 'query ($b: Int = 1) { add(a: 1, b: $b) }',
    body: { variables: { b: null } },
    token: 'ben',
  },
  'a trace': { query: '{ me { id salary } }', token: 'ada' },
  'a stranger': { query: '{ open(code: "x") }' },
  'a stranger who may not': { query: '{ me { id } }' },
  'a friend who may not': { query: '{ me { salary } secret }', token: 'ben' },
  'too much': { query: PAGES, body: { variables: { n: 90 } }, known: { variables: { n: 1 } }, token: 'ben' },
  'a page too large': { query: PAGES, body: { variables: { n: 101 } }, known: { variables: { n: 1 } }, token: 'ben' },
  'a budget that is spent': { query: '{ me { id } }', token: 'ben', grant: () => ({ ...granted, granted: false }) },
  'a budget that fails': { query: '{ me { id } }', token: 'ben', grant: fail(new Error('bug')) },
  'a budget that cannot be asked now': {
    query: '{ me { id } }',
    token: 'ben',
    grant: fail(new DatabaseUnavailable('no')),
  },
  'an answer that is no JSON': { query: '{ secret }', token: 'ada' },
  'what clients tell of themselves': {
    query: '{ me { id } }',
    body: { extensions: { clientLibrary: { name: 'x' } } },
    token: 'ben',
  },
  'a name of an object': { query: '{ __proto__: me { constructor: id } }', token: 'ben' },
  'GraphQL over HTTP': { query: '{ fail }', headers: { accept: 'application/graphql-response+json' }, token: 'ben' },
  'plain JSON': { query: '{ fail }', headers: { accept: 'application/json' }, token: 'ben' },
  'whichever of two': {
    query: '{ me { id } }',
    headers: { accept: 'application/graphql-response+json, application/json;q=0.9' },
    token: 'ben',
  },
};

it.each(Object.entries(alike))('is told, logged and counted as Apollo does: %s', async (_what, one) => {
  if (one.failure) door.failure.error = one.failure;
  if (one.grant) grant = one.grant;
  const first = await send(one);
  expect(first).toMatchObject({ byApollo: 1, lines: [expect.anything()] });
  const countedFirst = await counted();

  grant = () => granted;
  await send({ ...one, body: { ...one.body, ...one.known }, token: 'ada' }); // may do all, and so makes it known
  await send({ query: '{ __typename }', headers: one.headers, token: 'ada' }); // and how such a client is answered
  const before = await counted();
  if (one.grant) grant = one.grant;
  const second = await send(one);
  expect(second).toEqual({ ...first, byApollo: 0 });
  expect(countedFirst).toHaveLength(1);
  const [metric, count] = countedFirst[0]!.split(' ');
  const earlier = before.find((line) => line.startsWith(metric!))?.split(' ')[1];
  expect(await counted()).toContain(`${metric} ${Number(earlier) + Number(count)}`);
});

it('changes once what a mutation changes', async () => {
  const one = { query: 'mutation ($n: String!) { rename(name: $n) { id } }', token: 'ben' };
  const first = await send({ ...one, body: { variables: { n: 'a' } } });
  const second = await send({ ...one, body: { variables: { n: 'b' } } });
  expect(second).toEqual({ ...first, byApollo: 0 });
  expect(renamed).toEqual([{ name: 'a' }, { name: 'b' }]);
});

const unusual: Record<string, Sent> = {
  'a variable of another type': { query: 'query ($a: Int!) { add(a: $a) }', body: { variables: { a: 'x' } } },
  'variables that are a list': { query: 'query ($a: Int!) { add(a: $a) }', body: { variables: [1] } },
  'an unknown operation': { query: TWO, body: { operationName: 'Three' } },
  'none of two operations': { query: TWO },
  'a persisted query': { query: '{ me { id } }', body: { extensions: { persistedQuery: { version: 2 } } } },
  'extensions that are none': { query: '{ me { id } }', body: { extensions: 'x' } },
  'a document with an error': { query: '{ me { name } }' },
  'a subscription': { query: 'subscription { counted { n } }' },
  'no query': { body: { variables: {} } },
  'a client that takes no JSON': { query: '{ me { id } }', headers: { accept: 'text/css' } },
};

it.each(Object.entries(unusual))('leaves to Apollo, each time: %s', async (_what, one) => {
  for (const query of ['query ($a: Int!) { add(a: $a) }', '{ me { id } }']) {
    await send({ query, body: { variables: { a: 1 } }, token: 'ben' });
  }
  await send({ query: TWO, body: { operationName: 'One' }, token: 'ben' });
  const first = await send({ ...one, token: 'ben' });
  expect(first.byApollo).toBe(1);
  expect(await send({ ...one, token: 'ben' })).toEqual(first);
});

it('learns how clients are answered from what is known, however many ways strangers ask in', async () => {
  const as = (accept: string) => ({ headers: { accept: `application/json, ${accept}` } });
  await send({ query: '{', ...as('a/a') });
  const query = '{ open(code: "x") }';
  expect(await send({ query, ...as('a/b') })).toMatchObject({ byApollo: 1 });
  expect(await send({ query, ...as('a/b') })).toMatchObject({ byApollo: 0 });
  expect(await send({ query, ...as('a/a') })).toMatchObject({ byApollo: 1 });
  for (let n = 0; n < 100; n += 1) await send({ query, ...as(`a/${n}`) });
  expect(await send({ query, ...as('a/99') })).toMatchObject({ byApollo: 0 });
  expect(await send({ query, ...as('a/b') })).toMatchObject({ byApollo: 1 });
});

it('leaves a subscription to Apollo that a socket made known', async () => {
  const query = 'subscription { counted { n } }';
  const client = await door.signedIn();
  client.subscribe('1', query);
  client.subscribe('2', '{ me { id } }');
  await client.next();
  client.socket.terminate();
  await send({ query: '{ me { id } }', token: 'ben' });
  expect(await send({ query, token: 'ben' })).toMatchObject({ byApollo: 1, charged: 0, answer: { status: 400 } });
});

it('asks once who asks, and leaves it to Apollo to tell that nobody can say', async () => {
  await door.close();
  let asked = 0;
  let failing = false;
  door = await openTestDoor({
    authenticate: async () => {
      asked += 1;
      if (failing) throw new DatabaseUnavailable('a blip');
      return viewer('usr_ben');
    },
  });
  const one = { query: '{ me { id } }' };
  await send(one);
  failing = true;
  const unknown = await send({ query: '{ me { friend { id } } }' });
  expect(await send(one)).toEqual(unknown);
  expect(asked).toBe(3);
});

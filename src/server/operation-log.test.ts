import type { TestDoor } from './testing';
import { openTestDoor, until, viewer, ways } from './testing';

let door: TestDoor;
beforeEach(async () => {
  door = await openTestDoor();
});
afterEach(() => door.close());

const told = () => door.operations;
const counted = async (): Promise<string[]> =>
  (await door.metrics.expose()).text
    .split('\n')
    .filter((line) => /^medianest_graphql\S+(_count|_total|_open)\{/.test(line));

const TRANSPORTS = { HTTP: 'HTTP', WebSocket: 'WEBSOCKET', SSE: 'EVENT_STREAM' };

describe.each(Object.entries(ways))('by %s', (way, send) => {
  const transport = TRANSPORTS[way as keyof typeof TRANSPORTS];

  it('an operation is one line, without its variables and its token', async () => {
    await send(door, 'query Sum($a: Int!) { add(a: $a) me { id } }', { a: 4711 });
    await until(() => told().length > 0);
    const [line] = told();
    expect(told()).toHaveLength(1);
    expect(line).toMatchObject({
      level: 30,
      transport,
      operation: 'Sum',
      kind: 'query',
      account: 'usr_ben',
      cost: { requested: 2, actual: 2 },
      codes: [],
    });
    expect(line?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(line?.ms).toEqual(expect.any(Number));
    expect(JSON.stringify(line)).not.toMatch(/4711|Bearer|variables/);
    expect(await counted()).toEqual([
      `medianest_graphql_operation_seconds_count{transport="${transport}",kind="query",code="OK"} 1`,
    ]);
  });

  it.each([
    ['is not understood', '{ me {', 'GRAPHQL_PARSE_FAILED', 'unknown'],
    ['is not valid', '{ you }', 'GRAPHQL_VALIDATION_FAILED', 'unknown'],
    ['is refused', '{ secret }', 'FORBIDDEN', 'query'],
    [
      'costs too much',
      '{ people(first: 100) { nodes { people(first: 100) { nodes { id } } } } }',
      'COST_EXCEEDED',
      'query',
    ],
    ['fails', '{ fail }', 'INTERNAL_SERVER_ERROR', 'query'],
  ])('one that %s says so by its code', async (_what, query, ...[code, kind]) => {
    await send(door, query);
    await until(() => told().length > 0);
    expect(told()).toMatchObject([{ codes: [code] }]);
    expect(await counted()).toEqual([
      `medianest_graphql_operation_seconds_count{transport="${transport}",kind="${kind}",code="${code}"} 1`,
    ]);
  });
});

it('the same document has the same hash on every transport', async () => {
  for (const send of Object.values(ways)) await send(door, '{ me { id } }');
  await until(() => told().length === 3);
  expect(new Set(told().map(({ hash }) => hash)).size).toBe(1);
});

it.each(['completed it', 'closed the socket'])(
  'one whose client %s before its answer is a line, and paid for',
  async (how) => {
    let release = (): void => undefined;
    door.source.held = new Promise<void>((resolve) => (release = resolve));
    const client = await door.signedIn();
    client.subscribe('1', '{ open(code: "x") }');
    client.subscribe('2', '{ me { id } }');
    await client.next(); // the first is at work by now
    if (how === 'completed it') {
      client.send({ type: 'complete', id: '1' });
      client.subscribe('3', '{ me { id } }');
      await until(() => told().length === 2); // the server has read what came before
    } else {
      client.socket.terminate();
      await client.closed;
    }
    release();
    await until(() => told().length === (how === 'completed it' ? 3 : 2));
    expect(told().at(-1)).toMatchObject({ kind: 'query', hash: expect.any(String), cost: { requested: 1, actual: 1 } });
  },
);

it('one too many on its connection is a line', async () => {
  const client = await door.signedIn();
  for (let id = 1; id <= 21; id += 1) client.subscribe(`${id}`, 'subscription { counted { n } }');
  await until(() => told().length === 1);
  expect(told()).toMatchObject([{ codes: ['TOO_MANY_SUBSCRIPTIONS'] }]);
});

it('a name is cut: it is the text of a caller who may be a stranger', async () => {
  await door.ask(`query ${'A'.repeat(50_000)} { __typename }`, 'nobody');
  expect(told()).toMatchObject([{ operation: 'A'.repeat(100) }]);
});

it('a document that is not valid is logged and counted as the stranger is told of it', async () => {
  const { body } = await door.ask('{ you }');
  expect(body.errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED']);
  expect(told()).toMatchObject([{ codes: ['UNAUTHENTICATED'], account: null }]);
  expect(await counted()).toEqual([
    'medianest_graphql_operation_seconds_count{transport="HTTP",kind="unknown",code="UNAUTHENTICATED"} 1',
  ]);
});

const JSON_TYPE = 'application/json';
it.each([
  ['no JSON', '', 'HTTP', 400, 'BAD_REQUEST', { type: JSON_TYPE, body: '{' }],
  ['too large', '', 'HTTP', 413, 'PAYLOAD_TOO_LARGE', { type: JSON_TYPE, body: JSON.stringify({ query: 'x'.repeat(200_000) }) }], // prettier-ignore
  ['of another type', '', 'HTTP', 415, 'BAD_REQUEST', { type: 'image/png', body: 'x' }],
  ['a form of a browser', '', 'HTTP', 400, 'BAD_REQUEST', { type: 'text/plain', body: '{ "query": "{ me { id } }" }' }],
  ['several operations', '', 'HTTP', 400, 'BAD_REQUEST', { type: JSON_TYPE, body: '[{ "query": "{ me { id } }" }]' }],
  ['no operation', '', 'HTTP', 400, 'BAD_REQUEST', { type: JSON_TYPE, body: '{}' }],
  ['no JSON, for a stream', '/stream', 'EVENT_STREAM', 400, 'BAD_REQUEST', { type: JSON_TYPE, body: '{' }],
] as const)(
  'a body that is %s is one line, and counted',
  async (...[, at, transport, status, code, { type, body }]) => {
    const headers = { 'content-type': type, authorization: 'Bearer ben' };
    const response = await fetch(`${door.url}${at}`, { method: 'POST', headers, body });
    expect(response.status).toBe(status);
    expect(told()).toMatchObject([{ transport, codes: [code], operation: null, kind: null }]);
    expect(await counted()).toEqual([
      `medianest_graphql_operation_seconds_count{transport="${transport}",kind="unknown",code="${code}"} 1`,
    ]);
  },
);

it('an operation of a client that takes no answer of ours is one line', async () => {
  const headers = { 'content-type': JSON_TYPE, authorization: 'Bearer ben', accept: 'text/css' };
  const body = JSON.stringify({ query: '{ me { id } }' });
  expect((await fetch(door.url, { method: 'POST', headers, body })).status).toBe(406);
  expect(told()).toHaveLength(1);
});

it('a subscription is at work until its client leaves, and then one line', async () => {
  const client = await door.signedIn();
  client.subscribe('1', 'subscription Counting { counted { n } }');
  await until(() => door.source.subscribed === 1);
  door.source.push(1);
  await client.next();
  expect(await counted()).toEqual([
    'medianest_graphql_subscriptions_open{transport="WEBSOCKET"} 1',
    'medianest_graphql_subscription_results_total{transport="WEBSOCKET"} 1',
  ]);
  expect(told()).toEqual([]);
  client.socket.terminate();
  await until(() => told().length === 1);
  expect(told()).toMatchObject([{ operation: 'Counting', kind: 'subscription', results: 1, codes: [] }]);
  expect(await counted()).toContain('medianest_graphql_subscriptions_open{transport="WEBSOCKET"} 0');
});

it('a subscription that is ended says why', async () => {
  const client = await door.signedIn();
  client.subscribe('1', 'subscription { counted { n } }');
  await until(() => door.source.subscribed === 1);
  door.tokens.delete('ben');
  door.source.push(1);
  await until(() => told().length === 1);
  expect(told()).toMatchObject([{ codes: ['UNAUTHENTICATED'], results: 0 }]);
  expect(await counted()).toContain(
    'medianest_graphql_subscriptions_ended_total{transport="WEBSOCKET",code="UNAUTHENTICATED"} 1',
  );
});

describe('what an operation asks for', () => {
  const step = { kind: 'UPSTREAM', of: 'plex', what: 'GET /library', outcome: '200', ms: 5 } as const;
  /** Every operation asks Plex while it finds out who asks. */
  async function openAsking(traces: boolean) {
    await door.close();
    door = await openTestDoor({
      traces,
      authenticate: async (token) => {
        door.observer.step(step);
        return (token && door.tokens.get(token)) || null;
      },
    });
    door.tokens.set('ada', { ...viewer('usr_ada', ['ADMIN']), role: 'ADMIN' });
  }

  it.each(Object.entries(ways))('is counted in its line, by %s', async (_way, send) => {
    await openAsking(false);
    await send(door, '{ me { id } }');
    await until(() => told().length > 0);
    expect(told()).toMatchObject([{ upstreamCalls: 1, statements: 0 }]);
  });

  it('is told to admins where traces are on, and to nobody else', async () => {
    await openAsking(true);
    const ask = async (token: string) => (await door.ask('{ me { id } }', token)).body.extensions;
    expect(await ask('ada')).toMatchObject({ trace: [{ ...step, endedAtMs: expect.any(Number) }] });
    expect(await ask('ben')).not.toHaveProperty('trace');
    await openAsking(false);
    expect(await ask('ada')).not.toHaveProperty('trace');
  });
});

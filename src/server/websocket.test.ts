import { once } from 'node:events';
import { connect } from 'node:net';
import type { TestDoor } from './testing';
import { openTestDoor, until, viewer } from './testing';

let door: TestDoor;
beforeEach(async () => {
  door = await openTestDoor();
});
afterEach(() => door.close());

describe('who may open a socket', () => {
  it.each([
    undefined,
    {},
    { authorization: 'Bearer nobody' },
    { authorization: 5 },
    { token: 'ada', Authorization: 'Bearer ada', 'x-user': 'usr_ada' },
  ])('nobody with %j: closed before a subscription starts, even one sent along', async (payload) => {
    const client = door.socket({
      headers: { authorization: 'Bearer ada', cookie: 'token=ada' },
      path: '/graphql?token=ada',
    });
    await client.opened();
    client.send({ type: 'connection_init', payload });
    client.subscribe('1', 'subscription { counted { n } }');
    expect((await client.closed).code).toBe(4401);
    expect(client.received).toEqual([]);
    expect(door.source.subscribed).toBe(0);
  });

  it('nobody who subscribes without a word first', async () => {
    const client = door.socket();
    await client.opened();
    client.subscribe('1', 'subscription { counted { n } }');
    expect((await client.closed).code).toBe(4401);
    expect(door.source.subscribed).toBe(0);
  });

  it.each(['http://evil.example', 'null', 'https://127.0.0.1'])('no page of %s', async (origin) => {
    const client = door.socket({ headers: { origin } });
    const [, response] = await once(client.socket, 'unexpected-response');
    expect(response.statusCode).toBe(403);
  });

  it('our own page', async () => {
    await door.signedIn('ben', { headers: { origin: `http://127.0.0.1:${door.port}` } });
  });

  it('nobody on another path', async () => {
    const [, response] = await once(door.socket({ path: '/other' }).socket, 'unexpected-response');
    expect(response.statusCode).toBe(404);
  });

  it('and a connection that breaks off during the handshake harms nobody', async () => {
    const connection = connect(door.port, '127.0.0.1');
    connection.write('GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await once(connection, 'data');
    connection.destroy();
    await door.signedIn();
  });
});

describe('on an open socket', () => {
  it('every event is executed with loaders of its own: 10, 11, 12 come as 10, 11, 12', async () => {
    const client = await door.signedIn();
    client.subscribe('1', 'subscription { counted { n loaded viewer } }');
    await until(() => door.source.subscribed === 1);
    for (const n of [10, 11, 12]) {
      door.source.push(n);
      expect(await client.next()).toEqual({
        type: 'next',
        id: '1',
        payload: { data: { counted: { n, loaded: n, viewer: 'usr_ben' } } },
      });
    }
  });

  it('queries and mutations work too', async () => {
    const client = await door.signedIn();
    client.subscribe('1', 'query($a: Int!) { add(a: $a) me { id } }', { a: 2 });
    expect((await client.next()).payload?.data).toEqual({ add: 3, me: { id: 'usr_ben' } });
    expect(await client.next()).toEqual({ type: 'complete', id: '1' });
    client.subscribe('2', 'mutation { rename(name: "x") { id } }');
    expect((await client.next()).payload?.data).toEqual({ rename: { id: 'usr_ben' } });
  });

  it.each([
    ['a scope that the token lacks', 'subscription { secretCounted { n } }', 'FORBIDDEN'],
    ['a field that it lacks', '{ me { salary } }', 'FORBIDDEN'],
    ['a syntax error', '{ me ', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ you }', 'GRAPHQL_VALIDATION_FAILED'],
    ['13 levels', `{ me { ${'friend { '.repeat(11)} id ${'} '.repeat(11)} } }`, 'GRAPHQL_VALIDATION_FAILED'],
    ['too many tokens', `{ ${'__typename '.repeat(5001)} }`, 'GRAPHQL_PARSE_FAILED'],
    ['a wrong variable', 'query($a: Int!) { add(a: $a) }', 'BAD_USER_INPUT'],
  ])('%s is refused as on HTTP', async (_what, query, code) => {
    const client = await door.signedIn();
    client.subscribe('1', query);
    const message = await client.next();
    expect([message.type, message.payload?.[0]?.extensions?.code]).toEqual(['error', code]);
    expect((await door.ask(query, 'ben')).body.errors?.[0]?.extensions.code).toBe(
      query.startsWith('subscription') ? 'BAD_REQUEST' : code,
    );
    expect(door.source.subscribed).toBe(0);
  });

  it('what breaks in a resolver is told as on HTTP', async () => {
    const client = await door.signedIn();
    client.subscribe('1', '{ fail }');
    expect((await client.next()).payload?.errors?.[0]?.extensions.code).toBe('INTERNAL_SERVER_ERROR');
  });

  it('at most 20 operations at a time', async () => {
    const client = await door.signedIn();
    for (let id = 1; id <= 21; id += 1) client.subscribe(String(id), 'subscription { counted { n } }');
    const message = await client.next();
    expect([message.id, message.payload?.[0]?.extensions?.code]).toEqual(['21', 'TOO_MANY_SUBSCRIPTIONS']);
    expect(door.source.subscribed).toBe(20);
  });

  it('a message above 100 KiB closes it', async () => {
    const client = await door.signedIn();
    client.subscribe('1', `{ open(code: "${'x'.repeat(100 * 1024)}") }`);
    expect((await client.closed).code).toBe(1009);
    await door.signedIn();
  });
});

describe('a subscription ends', () => {
  async function subscribed(token = 'ben') {
    const client = await door.signedIn(token);
    client.subscribe('1', 'subscription { counted { n } }');
    await until(() => door.source.subscribed === 1);
    return client;
  }

  it('at its source when the client leaves, once', async () => {
    const client = await subscribed();
    client.socket.close();
    await until(() => door.source.returned > 0);
    await client.closed;
    expect(door.source.returned).toBe(1);
  });

  it('at its source when the client is cut off', async () => {
    (await subscribed()).socket.terminate();
    await until(() => door.source.returned === 1);
  });

  it('at its source when the client completes it, and the socket stays', async () => {
    const client = await subscribed();
    client.send({ type: 'complete', id: '1' });
    await until(() => door.source.returned === 1);
    client.subscribe('2', '{ me { id } }');
    expect((await client.next()).id).toBe('2');
  });

  it('with the token: 4403', async () => {
    door.tokens.set('short', viewer('usr_ben', [], new Date(Date.now() + 300)));
    const client = await subscribed('short');
    expect(await client.closed).toMatchObject({ code: 4403 });
    await until(() => door.source.returned === 1);
  });

  it('when the account is gone: nothing more is told', async () => {
    const client = await subscribed();
    door.tokens.delete('ben');
    door.source.push(1);
    expect((await client.closed).code).toBe(4403);
    expect(client.received).toEqual([]);
    await until(() => door.source.returned === 1);
  });

  it('when the scope is taken away', async () => {
    const client = await door.signedIn('ada');
    client.subscribe('1', 'subscription { secretCounted { n } }');
    await until(() => door.source.subscribed === 1);
    door.source.push(1);
    expect((await client.next()).type).toBe('next');
    door.tokens.set('ada', viewer('usr_ada'));
    door.source.push(2);
    const message = await client.next();
    expect([message.type, message.payload?.[0]?.extensions?.code]).toEqual(['error', 'FORBIDDEN']);
    expect(door.source.returned).toBe(1);
  });

  it('when the server goes away: 1001 and a reason', async () => {
    const client = await subscribed();
    const closing = door.close();
    expect(await client.closed).toEqual({ code: 1001, reason: 'this server is going away; connect again' });
    await closing;
    expect(door.source.returned).toBe(1);
    door = await openTestDoor();
  });
});

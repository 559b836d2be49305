import { createClient } from 'graphql-ws';
import type { TestDoor } from './testing';
import { openTestDoor, until } from './testing';

/** The protocol graphql-transport-ws as its document says it, from outside. */
let door: TestDoor;
beforeEach(async () => {
  door = await openTestDoor();
});
afterEach(() => door.close());

const COUNTED = 'subscription { counted { n } }';

describe('the handshake', () => {
  it('takes the subprotocol, also beside others', async () => {
    const client = door.socket({ protocols: ['graphql-ws', 'graphql-transport-ws'] });
    await client.opened();
    expect(client.socket.protocol).toBe('graphql-transport-ws');
  });

  it('without the subprotocol is closed: 4406', async () => {
    expect((await door.socket({ protocols: [] }).closed).code).toBe(4406);
  });

  it('with another subprotocol alone opens nothing', async () => {
    const client = door.socket({ protocols: ['graphql-ws'] });
    await client.closed;
    expect(client.socket.protocol).toBe('');
  });
});

describe('the connection', () => {
  it('is acknowledged after its init', async () => {
    await door.signedIn();
  });

  it('that is not asked for within 3 s is closed: 4408', async () => {
    const began = Date.now();
    const client = door.socket();
    expect(await client.closed).toEqual({ code: 4408, reason: 'Connection initialisation timeout' });
    expect(Date.now() - began).toBeGreaterThanOrEqual(2_900);
  });

  it('that is asked for twice is closed: 4429', async () => {
    const client = await door.signedIn();
    client.send({ type: 'connection_init', payload: { authorization: 'Bearer ben' } });
    expect(await client.closed).toEqual({ code: 4429, reason: 'Too many initialisation requests' });
  });

  it('that is asked for twice before the answer is closed: 4429', async () => {
    const client = door.socket();
    await client.opened();
    for (let n = 0; n < 2; n += 1) client.send({ type: 'connection_init', payload: { authorization: 'Bearer ben' } });
    expect((await client.closed).code).toBe(4429);
  });

  it('that brings no valid token is told what to bring: 4401', async () => {
    const client = door.socket();
    await client.opened();
    client.send({ type: 'connection_init', payload: { authorization: 'Bearer nobody' } });
    const reason = 'connection_init needs a valid token: { "authorization": "Bearer <token>" }';
    expect(await client.closed).toEqual({ code: 4401, reason });
  });

  it('that is not acknowledged serves no operation: 4401', async () => {
    const client = door.socket();
    await client.opened();
    client.subscribe('1', '{ me { id } }');
    expect(await client.closed).toEqual({ code: 4401, reason: 'Unauthorized' });
  });

  it('that cannot be judged for now is closed: 4500, and the log says why', async () => {
    const broken = await openTestDoor({ authenticate: () => Promise.reject(new Error('database away')) });
    const client = broken.socket();
    await client.opened();
    client.send({ type: 'connection_init', payload: { authorization: 'Bearer ben' } });
    expect(await client.closed).toEqual({ code: 4500, reason: 'Internal server error' });
    expect(broken.logged).toMatchObject([{ err: { message: 'database away' } }]);
    await broken.close();
  });
});

describe('a message', () => {
  it.each([
    ['no JSON', 'hello'],
    ['no object', '[1]'],
    ['null', 'null'],
    ['without a type', '{}'],
    ['of a type that is no text', '{"type":1}'],
    ['of an unknown type', '{"type":"start","id":"1","payload":{"query":"{ me { id } }"}}'],
    ['with a payload of the wrong shape', '{"type":"ping","payload":"now"}'],
    ['to subscribe without an id', '{"type":"subscribe","payload":{"query":"{ me { id } }"}}'],
    ['to subscribe with an empty id', '{"type":"subscribe","id":"","payload":{"query":"{ me { id } }"}}'],
    ['to subscribe without a query', '{"type":"subscribe","id":"1","payload":{}}'],
    ['with variables that are no object', '{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":"x"}}'],
    ['that only a server says', '{"type":"next","id":"1","payload":{"data":null}}'],
    ['that only a server says first', '{"type":"connection_ack"}'],
  ])('%s closes the socket: 4400', async (_what, text) => {
    const client = await door.signedIn();
    client.socket.send(text);
    expect((await client.closed).code).toBe(4400);
    expect(door.logged).toEqual([]);
  });

  it('ping is answered with its payload, before the connection too', async () => {
    const client = door.socket();
    await client.opened();
    client.send({ type: 'ping', payload: { at: 5 } });
    expect(await client.next()).toEqual({ type: 'pong', payload: { at: 5 } });
    client.send({ type: 'ping' });
    expect(await client.next()).toEqual({ type: 'pong' });
  });

  it('pong is taken without an answer, also unasked', async () => {
    const client = await door.signedIn();
    client.send({ type: 'pong' });
    client.send({ type: 'ping' });
    expect(await client.next()).toEqual({ type: 'pong' });
  });

  it('to complete what is not there is let be', async () => {
    const client = await door.signedIn();
    client.send({ type: 'complete', id: 'never' });
    client.send({ type: 'ping' });
    expect(await client.next()).toEqual({ type: 'pong' });
  });
});

describe('an operation', () => {
  it('with the id of another that runs closes the socket: 4409', async () => {
    const client = await door.signedIn();
    client.subscribe('1', COUNTED);
    await until(() => door.source.subscribed === 1);
    client.subscribe('1', '{ me { id } }');
    expect(await client.closed).toEqual({ code: 4409, reason: 'Subscriber for 1 already exists' });
    await until(() => door.source.returned === 1);
  });

  it('may have the id of one that is over', async () => {
    const client = await door.signedIn();
    for (let n = 0; n < 2; n += 1) {
      client.subscribe('1', '{ me { id } }');
      expect((await client.next()).type).toBe('next');
      expect(await client.next()).toEqual({ type: 'complete', id: '1' });
    }
  });

  it('has any text for an id', async () => {
    const client = await door.signedIn();
    for (const id of ['__proto__', 'toString', '☃']) {
      client.subscribe(id, '{ me { id } }');
      expect((await client.next()).id).toBe(id);
      expect(await client.next()).toEqual({ type: 'complete', id });
    }
  });

  it('with an error ends by it, without a complete', async () => {
    const client = await door.signedIn();
    client.subscribe('1', '{ you }');
    expect((await client.next()).type).toBe('error');
    client.send({ type: 'ping' });
    expect(await client.next()).toEqual({ type: 'pong' });
  });

  it('runs beside others, each told under its id', async () => {
    const client = await door.signedIn();
    client.subscribe('1', COUNTED);
    await until(() => door.source.subscribed === 1);
    client.subscribe('2', '{ me { id } }');
    expect((await client.next()).id).toBe('2');
    await client.next();
    door.source.push(7);
    expect(await client.next()).toMatchObject({ id: '1', payload: { data: { counted: { n: 7 } } } });
  });

  it('that its client completed tells nothing more', async () => {
    const client = await door.signedIn();
    client.subscribe('1', COUNTED);
    await until(() => door.source.subscribed === 1);
    client.send({ type: 'complete', id: '1' });
    await until(() => door.source.returned === 1);
    door.source.push(7);
    client.send({ type: 'ping' });
    expect(await client.next()).toEqual({ type: 'pong' });
  });

  it('waits for a reader who does not read: its source is not drained into memory', async () => {
    const client = await door.signedIn();
    client.subscribe('1', `subscription { counted { ${'x'.repeat(50_000)}: n } }`);
    await until(() => door.source.subscribed === 1);
    client.socket.pause();
    for (let n = 0; n < 1_000; n += 1) door.source.push(n);
    // It stands still as soon as what the system holds for the reader is full.
    let left = 1_000;
    let looks = 0;
    await until(() => {
      looks = left === door.source.waiting() ? looks + 1 : 0;
      left = door.source.waiting();
      return left < 1_000 && looks > 40;
    });
    expect(left).toBeGreaterThan(500);
    client.socket.resume();
    await until(() => door.source.waiting() < left);
    client.socket.terminate();
    await until(() => door.source.returned === 1);
  });
});

it('the protocol’s own client subscribes, asks and goes', async () => {
  const client = createClient({
    url: door.url.replace('http', 'ws'),
    webSocketImpl: door.WebSocket,
    connectionParams: { authorization: 'Bearer ben' },
    retryAttempts: 0,
  });
  const counted = client.iterate({ query: COUNTED });
  const first = counted.next();
  await until(() => door.source.subscribed === 1);
  door.source.push(1);
  expect((await first).value).toEqual({ data: { counted: { n: 1 } } });
  await counted.return?.();
  await until(() => door.source.returned === 1);
  await client.dispose();
});

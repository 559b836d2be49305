import { createClient } from 'graphql-sse';
import type { Client, RequestParams } from 'graphql-sse';
import type { TestDoor } from './testing';
import { openTestDoor, until, viewer } from './testing';

let door: TestDoor;
let clients: Client<boolean>[];
let stops: AbortController[];
beforeEach(async () => {
  [clients, stops] = [[], []];
  door = await openTestDoor();
});
afterEach(async () => {
  for (const client of clients) client.dispose();
  for (const stop of stops) stop.abort(); // who has not read all keeps its socket, also when the server is gone
  await door.close();
});

const COUNTED = 'subscription { counted { n } }';
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** A plain reader: what the wire says, event by event. */
async function read(query: string, { token = 'ben', headers = {}, path = '/stream', method = 'POST' } = {}) {
  const body = method === 'POST' ? JSON.stringify({ query }) : undefined;
  const url = `${door.url}${path}${method === 'GET' ? `?query=${encodeURIComponent(query)}` : ''}`;
  const stop = new AbortController();
  stops.push(stop);
  const response = await fetch(url, {
    method,
    signal: stop.signal,
    headers: {
      accept: 'text/event-stream',
      ...(body && { 'content-type': 'application/json' }),
      ...bearer(token),
      ...headers,
    },
    ...(body && { body }),
  });
  const decoder = new TextDecoder();
  const reader = response.body!.getReader();
  let text = '';
  return {
    response,
    stop: () => stop.abort(),
    /** The next event that is no sign of life; null: the stream has ended. */
    async next(): Promise<{ id?: string; event: string; data: unknown } | null> {
      for (;;) {
        const [block, ...rest] = text.split('\n\n');
        if (rest.length > 0) {
          text = rest.join('\n\n');
          const fields = Object.fromEntries(
            block!.split('\n').map((line) => [line.split(':')[0], line.slice(line.indexOf(':') + 1).trim()] as const),
          );
          if (fields.event)
            return { ...fields, event: fields.event, data: fields.data ? JSON.parse(fields.data) : null };
          continue;
        }
        const { done, value } = await reader.read();
        if (done) return null;
        text += decoder.decode(value, { stream: true });
      }
    },
  };
}

describe.each([
  ['a stream for each operation', false],
  ['one stream for all', true],
])('the client of graphql-sse with %s', (_how, singleConnection) => {
  function connect(token = 'ben') {
    const options = { url: `${door.url}/stream`, headers: bearer(token), retryAttempts: 0 };
    const client = singleConnection
      ? createClient({ ...options, singleConnection: true })
      : createClient({ ...options, singleConnection: false });
    clients.push(client as Client<boolean>);
    return (params: RequestParams) => (client as Client<false>).iterate(params);
  }

  it('is told every event, each with loaders of its own', async () => {
    const counted = connect()({ query: 'subscription { counted { n loaded viewer } }' });
    const first = counted.next();
    await until(() => door.source.subscribed === 1);
    for (const n of [10, 11, 12]) {
      door.source.push(n);
      const { value } = n === 10 ? await first : await counted.next();
      expect(value).toEqual({ data: { counted: { n, loaded: n, viewer: 'usr_ben' } } });
    }
    await counted.return?.();
    await until(() => door.source.returned === 1);
  });

  it('asks and changes', async () => {
    const iterate = connect();
    const { value } = await iterate({ query: 'query($a: Int!) { add(a: $a) }', variables: { a: 2 } }).next();
    expect(value).toMatchObject({ data: { add: 3 }, extensions: { cost: { requested: 1 } } });
    const renamed = iterate({ query: 'mutation { rename(name: "x") { id } }' });
    expect((await renamed.next()).value).toMatchObject({ data: { rename: { id: 'usr_ben' } } });
    expect((await renamed.next()).done).toBe(true);
  });

  it('is told what is wrong as a result', async () => {
    const iterate = connect();
    for (const [query, code] of [
      ['{ me ', 'GRAPHQL_PARSE_FAILED'],
      ['{ you }', 'GRAPHQL_VALIDATION_FAILED'],
      ['{ secret }', 'FORBIDDEN'],
      ['subscription { secretCounted { n } }', 'FORBIDDEN'],
      ['{ fail }', 'INTERNAL_SERVER_ERROR'],
    ] as const) {
      const { value } = await iterate({ query }).next();
      expect([query, value]).toMatchObject([query, { errors: [{ extensions: { code } }] }]);
    }
    expect(door.source.subscribed).toBe(0);
  });

  it('is not let in without a token', async () => {
    await expect(connect('nobody')({ query: COUNTED }).next()).rejects.toMatchObject({ response: { status: 401 } });
  });

  it('ends its subscription by going', async () => {
    const counted = connect()({ query: COUNTED });
    void counted.next().catch(() => undefined);
    await until(() => door.source.subscribed === 1);
    clients[0]?.dispose();
    await until(() => door.source.returned === 1);
  });

  it('hears that the server goes, and not that its subscription is over', async () => {
    const counted = connect()({ query: COUNTED });
    const first = counted.next();
    await until(() => door.source.subscribed === 1);
    const closed = door.close();
    await expect(first).rejects.toThrow();
    await closed;
    expect(door.source.returned).toBe(1);
    door = await openTestDoor();
  });
});

describe('on the wire', () => {
  it.each(['/stream', '', '/'])('at /graphql%s', async (path) => {
    const stream = await read('{ me { id } }', { path });
    expect(stream.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(stream.response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await stream.next()).toMatchObject({ event: 'next', data: { data: { me: { id: 'usr_ben' } } } });
    expect(await stream.next()).toEqual({ event: 'complete', data: null });
    expect(await stream.next()).toBeNull();
  });

  it.each([
    'application/graphql-response+json, application/json, text/event-stream, multipart/mixed',
    'text/event-stream, application/JSON',
  ])('whoever also takes JSON has it at /graphql: %s', async (accept) => {
    const { response, stop } = await read('{ me { id } }', { path: '', headers: { accept } });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, expect.stringContaining('json')]);
    stop();
  });

  it('each event has its position as id, whether or not it was selected', async () => {
    for (const [query, data] of [
      [COUNTED, { n: 7 }],
      ['subscription { c: counted { position } }', { position: 'p1.test.7' }],
      ['subscription { ...C } fragment C on Subscription { counted { n } }', { n: 7 }],
    ] as const) {
      const before = door.source.subscribed;
      const stream = await read(query);
      await until(() => door.source.subscribed > before);
      door.source.push(7);
      const told = (await stream.next()) as { id: string; data: { data: object } };
      expect([told.id, ...Object.values(told.data.data)]).toEqual(['p1.test.7', data]);
      stream.stop();
      await until(() => door.source.returned === before + 1);
    }
  });

  it.each([
    ['of a client that named none', COUNTED],
    ['instead of the one it began with', 'subscription { counted(after: "p1.test.1") { n } }'],
  ])('goes on after Last-Event-ID, %s', async (_what, query) => {
    const stream = await read(query, { headers: { 'last-event-id': 'p1.test.41' }, method: 'GET' });
    await until(() => door.source.subscribed === 1);
    expect(door.source.after).toBe('p1.test.41');
    stream.stop();
  });

  it('takes no Last-Event-ID that it never gave', async () => {
    const { response } = await read(COUNTED, { headers: { 'last-event-id': '41' } });
    expect(response.status).toBe(400);
    expect(door.source.subscribed).toBe(0);
  });

  it('a mutation is not sent by GET', async () => {
    const stream = await read('mutation { rename(name: "x") { id } }', { method: 'GET' });
    expect(await stream.next()).toMatchObject({ data: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] } });
  });

  it.each(['http://evil.example', 'null'])('a page of %s opens nothing', async (origin) => {
    expect((await read(COUNTED, { headers: { origin } })).response.status).toBe(403);
    expect(door.source.subscribed).toBe(0);
  });

  it.each([
    ['a form', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' }, 415],
    ['a stream that was never promised', { method: 'GET', headers: { 'x-graphql-event-stream-token': 'x' } }, 400],
    ['no stream at all', { method: 'GET' }, 404],
    ['an operation for no stream', { method: 'POST', headers: { 'x-graphql-event-stream-token': '__proto__' } }, 404],
  ])('%s is refused with a code', async (_what, init, status) => {
    const accept = status === 400 || status === 415 ? { accept: 'text/event-stream' } : {};
    const headers = { ...bearer('ben'), ...accept, ...('headers' in init ? init.headers : {}) };
    const response = await fetch(`${door.url}/stream`, { ...init, headers } as RequestInit);
    const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
    expect([response.status, typeof errors[0]?.extensions.code]).toEqual([status, 'string']);
  });

  it('a stream of somebody else cannot be opened by its token', async () => {
    const promised = await fetch(`${door.url}/stream`, { method: 'PUT', headers: bearer('ben') });
    const token = await promised.text();
    expect([promised.status, token]).toEqual([201, expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    const headers = { ...bearer('ada'), accept: 'text/event-stream', 'x-graphql-event-stream-token': token };
    expect((await fetch(`${door.url}/stream`, { headers })).status).toBe(400);
  });
});

describe('a stream ends', () => {
  it('with the token', async () => {
    door.tokens.set('short', viewer('usr_ben', [], new Date(Date.now() + 300)));
    const stream = await read(COUNTED, { token: 'short' });
    await until(() => door.source.subscribed === 1);
    expect(await stream.next()).toBeNull();
    await until(() => door.source.returned === 1);
  });

  it('when the account is gone: nothing more is told', async () => {
    const stream = await read(COUNTED);
    await until(() => door.source.subscribed === 1);
    door.tokens.delete('ben');
    door.source.push(1);
    expect(await stream.next()).toMatchObject({ data: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } });
    expect(await stream.next()).toMatchObject({ event: 'complete' });
    await until(() => door.source.returned === 1);
  });

  it('when the scope is taken away', async () => {
    const stream = await read('subscription { secretCounted { n } }', { token: 'ada' });
    await until(() => door.source.subscribed === 1);
    door.source.push(1);
    expect(await stream.next()).toMatchObject({ data: { data: { secretCounted: { n: 1 } } } });
    door.tokens.set('ada', viewer('usr_ada'));
    door.source.push(2);
    expect(await stream.next()).toMatchObject({ data: { errors: [{ extensions: { code: 'FORBIDDEN' } }] } });
  });

  it('for a reader who does not read only when he does: its source is not drained into memory', async () => {
    await read(`subscription { counted { ${'x'.repeat(50_000)}: n } }`);
    await until(() => door.source.subscribed === 1);
    for (let n = 0; n < 1_000; n += 1) door.source.push(n);
    let left = 1_000;
    let looks = 0;
    await until(() => {
      looks = left === door.source.waiting() ? looks + 1 : 0;
      left = door.source.waiting();
      return left < 1_000 && looks > 40;
    });
    expect(left).toBeGreaterThan(500);
  });
});

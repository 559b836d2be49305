import { request as httpRequest } from 'node:http';
import { getIntrospectionQuery } from 'graphql';
import { StartupError } from '../mechanisms/errors';
import type { AnyJson, TestDoor } from './testing';
import { openTestDoor } from './testing';

let door: TestDoor;
beforeEach(async () => {
  door = await openTestDoor();
});
afterEach(() => door.close());

const codeOf = ({ body }: { body: AnyJson }) => body.errors?.[0]?.extensions.code;

describe('who asks', () => {
  it('is the account of the bearer token', async () => {
    expect((await door.ask('{ me { id } }', 'ben')).body.data).toEqual({ me: { id: 'usr_ben' } });
  });

  it('is nobody without a valid one: refused on HTTP with 401', async () => {
    for (const token of [undefined, 'nobody']) {
      const answer = await door.ask('{ me { id } }', token);
      expect(answer.status).toBe(401);
      expect(codeOf(answer)).toBe('UNAUTHENTICATED');
      expect(answer.body.data).toBeUndefined();
    }
  });

  const elsewhere: Record<string, string> = {
    cookie: 'token=ada; authorization=Bearer ada',
    'x-user': 'usr_ada',
    'x-user-id': 'usr_ada',
    'x-account-id': 'usr_ada',
    'x-api-key': 'ada',
    'x-api-user': '1',
    'x-access-token': 'ada',
    'x-forwarded-user': 'ada',
    'x-forwarded-for': '127.0.0.1',
    'x-authorization': 'Bearer ada',
    'proxy-authorization': 'Bearer ada',
    'remote-user': 'ada',
    from: 'ada@example.org',
  };
  const body = JSON.stringify({
    query: '{ me { id } }',
    token: 'ada',
    authorization: 'Bearer ada',
    viewer: { accountId: 'usr_ada', scopes: ['ADMIN'] },
    extensions: { authorization: 'Bearer ada', token: 'ada' },
    variables: { token: 'ada', userId: 'usr_ada' },
  });
  async function askWith(headers: Record<string, string>) {
    const url = `${door.url}?token=ada&access_token=ada&authorization=Bearer%20ada&user=usr_ada`;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    return (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
  }

  it.each(Object.entries(elsewhere))('is not told by the header %s', async (name, value) => {
    expect((await askWith({ [name]: value })).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect((await askWith({ [name]: value, authorization: 'Bearer ben' })).data).toEqual({ me: { id: 'usr_ben' } });
  });

  it.each(['Basic YWRhOmFkYQ==', 'ada', 'Bearer', 'Bearer ada ben', 'Token ada', 'Bearer nobody, Bearer ada'])(
    'is not told by an authorization of %j',
    async (authorization) => {
      expect((await askWith({ authorization })).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    },
  );
});

describe('what they may', () => {
  it('strangers: what is public', async () => {
    expect((await door.ask('{ open(code: "x") }')).body.data).toEqual({ open: 'opened' });
  });

  it.each([
    '{ open(code: "x") me { id } }',
    '{ __typename }',
    '{ __schema { queryType { name } } }',
    '{ ...F } fragment F on Query { me { id } }',
  ])('strangers: not %s', async (query) => {
    const answer = await door.ask(query);
    expect(codeOf(answer)).toBe('UNAUTHENTICATED');
    expect(answer.body.data).toBeUndefined();
  });

  it('strangers learn no name of the schema', async () => {
    const answer = await door.ask('{ secre }');
    expect(codeOf(answer)).toBe('UNAUTHENTICATED');
    expect(JSON.stringify(answer.body)).not.toContain('secret');
  });

  it.each(['{ secret }', '{ me { salary } }', '{ me { ...S } } fragment S on Person { friend { salary } }'])(
    'a token without the scope: not %s',
    async (query) => {
      const answer = await door.ask(query, 'ben');
      expect(answer).toMatchObject({
        status: 403,
        body: { errors: [{ extensions: { code: 'FORBIDDEN', missing: ['ADMIN'] } }] },
      });
      expect((await door.ask(query, 'ada')).body.errors).toBeUndefined();
    },
  );

  it('signed-in users introspect', async () => {
    expect((await door.ask(getIntrospectionQuery(), 'ben')).body.errors).toBeUndefined();
  });

  it('the same document is judged for each caller', async () => {
    for (const [token, status] of [
      ['ada', 200],
      ['ben', 403],
      [undefined, 401],
      ['ada', 200],
    ] as const) {
      expect((await door.ask('{ secret }', token)).status).toBe(status);
    }
  });

  it('mutations never by GET, nor anything from a form', async () => {
    const get = await fetch(`${door.url}?query=mutation{rename(name:"x"){id}}`, {
      headers: { authorization: 'Bearer ben', 'apollo-require-preflight': '1' },
    });
    expect(get.status).toBe(405);
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data']) {
      const form = await fetch(door.url, {
        method: 'POST',
        headers: { 'content-type': type, authorization: 'Bearer ben' },
        body: JSON.stringify({ query: '{ me { id } }' }),
      });
      expect([400, 415]).toContain(form.status);
    }
  });

  it('no form, and it is said what a body is', async () => {
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const form = await fetch(door.url, { method: 'POST', headers: type, body: 'query={me{id}}' });
    expect(await form.json()).toMatchObject({
      errors: [{ message: 'a body is JSON: content-type: application/json' }],
    });
  });

  it('subscriptions are not served by POST, and it is said where they are', async () => {
    const refused = await door.ask('subscription { counted { n } }', 'ben');
    expect(codeOf(refused)).toBe('BAD_REQUEST');
    expect(refused.body.errors?.[0]?.message).toMatch(/graphql-transport-ws.*text\/event-stream/);
    expect(door.source.subscribed).toBe(0);
  });
});

describe('bad input is a clear error', () => {
  it('a body of 10 MB', async () => {
    const answer = await new Promise<{ status?: number; text: string }>((resolve, reject) => {
      const request = httpRequest(
        door.url,
        { method: 'POST', headers: { 'content-type': 'application/json', authorization: 'Bearer ben' } },
        (response) => {
          let text = '';
          response.on('data', (chunk) => (text += chunk));
          response.on('end', () => resolve({ status: response.statusCode, text }));
        },
      );
      request.on('error', reject);
      request.end(JSON.stringify({ query: `{ open(code: "${'x'.repeat(10 * 1024 * 1024)}") }` }));
    });
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.text).errors[0].extensions.code).toBe('PAYLOAD_TOO_LARGE');
    expect((await door.ask('{ me { id } }', 'ben')).status).toBe(200);
  });

  it.each([
    ['no JSON', '{', 'BAD_REQUEST'],
    ['no query', '{}', 'BAD_REQUEST'],
    ['a list of operations', '[{"query":"{ me { id } }"}]', 'BAD_REQUEST'],
    ['a syntax error', '{"query":"{ me "}', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{"query":"{ you }"}', 'GRAPHQL_VALIDATION_FAILED'],
    ['a wrong type', '{"query":"{ add(a: \\"one\\") }"}', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a variable of a wrong type',
      '{"query":"query($a: Int!) { add(a: $a) }","variables":{"a":"one"}}',
      'BAD_USER_INPUT',
    ],
    ['an unknown operation', '{"query":"query A { me { id } }","operationName":"B"}', 'OPERATION_RESOLUTION_FAILURE'],
  ])('%s', async (_what, body, code) => {
    const headers = { 'content-type': 'application/json', authorization: 'Bearer ben' };
    const response = await fetch(door.url, { method: 'POST', headers, body });
    expect(response.status).toBe(400);
    expect(codeOf({ body: (await response.json()) as AnyJson })).toBe(code);
  });

  it('too many tokens, too deep', async () => {
    const friends = (levels: number) => `{ me { ${'friend { '.repeat(levels)} id ${'} '.repeat(levels)} } }`;
    expect((await door.ask(friends(10), 'ben')).body.errors).toBeUndefined();
    const deep = await door.ask(friends(11), 'ben');
    expect(deep.body.errors?.[0]?.message).toBe('this operation is 13 levels deep, at most 12 are allowed');
    expect(codeOf(await door.ask(`{ ${'__typename '.repeat(5001)} }`, 'ben'))).toBe('GRAPHQL_PARSE_FAILED');
  });

  it('an unknown path', async () => {
    const response = await fetch(door.url.replace('graphql', 'elsewhere'));
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      errors: [{ message: 'the API is at /graphql', extensions: { code: 'NOT_FOUND' } }],
    });
  });

  it.each(['PUT', 'PATCH', 'DELETE'])('the method %s', async (method) => {
    const response = await fetch(door.url, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST']);
    expect(codeOf({ body: (await response.json()) as AnyJson })).toBe('BAD_REQUEST');
  });

  it('a port that is taken', async () => {
    const same = { host: '127.0.0.1', port: door.port };
    await expect(openTestDoor({}, same)).rejects.toThrow(StartupError);
    await expect(openTestDoor({}, same)).rejects.toThrow(`port ${door.port} of 127.0.0.1 is taken`);
  });
});

it('who is answered while it goes keeps no connection that would be waited for', async () => {
  let asked = (): void => undefined;
  let answer = (_obstacle: null): void => undefined;
  const arrived = new Promise<void>((resolve) => (asked = resolve));
  const obstacle = () => new Promise<null>((resolve) => ((answer = resolve), asked()));
  const other = await openTestDoor({ obstacle });
  const response = fetch(`http://127.0.0.1:${other.port}/health/ready`);
  await arrived;
  const closed = other.close();
  answer(null);
  expect((await response).headers.get('connection')).toBe('close');
  await closed;
});

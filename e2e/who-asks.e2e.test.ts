import { DemoSetFaultDocument, MeDocument, RequestUpdatedDocument, SignInDocument } from '../sdk';
import * as plain from './plain';
import { codeOf, createHouse } from './testing';
import type { Person, Server } from './testing';
import { until, watch } from './watching';

const house = createHouse();
let server: Server;
let olga: Person;
let ben: Person;
let cleo: Person;

beforeAll(async () => {
  server = await house.start();
  ({ olga, ben, cleo } = await server.signIn());
});
afterAll(() => house.leave());

const { bearer } = plain;
const send = (body: string, headers?: Record<string, string>, path?: string) =>
  plain.send(server.url, body, { headers, path });
const query = (text: string, as?: Person) => send(JSON.stringify({ query: text }), as ? bearer(as) : {});
const closeOf = (messages: object[], how?: { headers?: Record<string, string>; path?: string }) =>
  plain.closeOf(server.url, messages, how);
const subscribe = { type: 'subscribe', id: '1', payload: { query: RequestUpdatedDocument.toString() } };

describe('without a token', () => {
  it('nothing is answered', async () => {
    expect(await query('{ me { id } }')).toMatchObject({ status: 401, codes: ['UNAUTHENTICATED'] });
    expect(await query('{ serverInfo { version } }')).toMatchObject({ status: 401, codes: ['UNAUTHENTICATED'] });
    expect(await query('mutation { demoSignIn(name: "ben") { session { accessToken } } }')).toMatchObject({
      codes: ['UNAUTHENTICATED'],
    });
    await expect(server.as().execute(MeDocument)).rejects.toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
  });

  it('not even what there is to ask', async () => {
    for (const text of ['{ __schema { types { name } } }', '{ __type(name: "Query") { name } }', '{ nothing }']) {
      const answer = await query(text);
      expect(answer).toMatchObject({ status: 401, codes: ['UNAUTHENTICATED'] });
      expect(JSON.stringify(answer)).not.toMatch(/Did you mean|requestMedia/);
    }
    const { data } = await query('{ __schema { queryType { name } } }', ben);
    expect(data).toEqual({ __schema: { queryType: { name: 'Query' } } });
  });

  it('no subscription begins', async () => {
    const subscription = watch(server.as().subscribe(RequestUpdatedDocument, { after: 'p1.pg.1' }));
    expect(await subscription.ended()).toMatchObject({ code: 'UNAUTHENTICATED', status: 4401 });
    expect(await closeOf([subscribe])).toBe(4401);
    expect(await closeOf([{ type: 'connection_init' }, subscribe])).toBe(4401);
    expect(await closeOf([{ type: 'connection_init', payload: { authorization: 'Bearer x' } }, subscribe])).toBe(4401);
  });
});

describe('nothing but the bearer token says who asks:', () => {
  const others = () => ({
    cookie: `token=${ben.token}; access_token=${ben.token}; session=${ben.token}`,
    'x-user-id': 'ben',
    'x-user': 'usr_ben',
    'x-forwarded-user': 'ben',
    'x-access-token': ben.token,
    'x-api-key': ben.token,
    'x-plex-token': ben.token,
    'proxy-authorization': `Bearer ${ben.token}`,
  });
  const inAddress = () => `?access_token=${ben.token}&token=${ben.token}&user=ben&authorization=Bearer%20${ben.token}`;
  const inBody = () => ({
    query: '{ me { name } }',
    token: ben.token,
    user: 'ben',
    authorization: `Bearer ${ben.token}`,
    extensions: { authorization: `Bearer ${ben.token}` },
    variables: { authorization: `Bearer ${ben.token}`, userId: 'ben' },
  });

  it('not a header, a cookie, the address or the body, beside a token', async () => {
    const body = JSON.stringify(inBody());
    const { data } = await send(body, { ...others(), ...bearer(cleo) }, inAddress());
    expect(data).toEqual({ me: { name: 'Cleo' } });
  });

  it('nor without one', async () => {
    const body = JSON.stringify(inBody());
    expect(await send(body, others(), inAddress())).toMatchObject({ status: 401, codes: ['UNAUTHENTICATED'] });
    const basic = Buffer.from(`ben:${ben.token}`).toString('base64');
    for (const authorization of [ben.token, `Basic ${basic}`, `Token ${ben.token}`]) {
      expect(await send(body, { authorization })).toMatchObject({ codes: ['UNAUTHENTICATED'] });
    }
  });

  it('nor on a socket', async () => {
    const { authorization, query: _query, ...elsewhere } = inBody();
    const init = { type: 'connection_init', payload: { ...elsewhere, headers: { authorization } } };
    expect(await closeOf([init, subscribe], { headers: { ...others(), authorization }, path: inAddress() })).toBe(4401);
  });

  it('and a token is good until it ends', async () => {
    const short = server.as(await house.token('ben', '2s'));
    expect((await short.execute(MeDocument)).me?.name).toBe('Ben');
    const subscription = watch(short.subscribe(RequestUpdatedDocument));
    expect(await subscription.ended()).toMatchObject({ status: 4403 });
    await until('its end', () =>
      short.execute(MeDocument).then(
        () => undefined,
        (error: unknown) => error,
      ),
    ).then((error) => expect(error).toMatchObject({ code: 'UNAUTHENTICATED' }));
    const { code, stdout, stderr } = await house.run(['token', '--account', 'mallory']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^medianest: .*mallory/);
  });

  it('nor is one good that somebody made up', async () => {
    const [header, payload, signature] = ben.token.split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const { me } = await olga.execute(MeDocument);
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const forged = [
      [header, encode({ ...claims, sub: me?.id }), signature],
      [encode({ alg: 'none', typ: 'at+jwt' }), encode({ ...claims, sub: me?.id }), ''],
      [header, payload, signature.slice(0, -4)],
    ].map((parts) => parts.join('.'));
    for (const token of forged) {
      await expect(server.as(token).execute(MeDocument)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });
});

it('the switches of the demo are the admin’s', async () => {
  await expect(ben.execute(DemoSetFaultDocument, { kind: 'OVERSEERR', fault: 'DOWN' })).rejects.toMatchObject({
    code: 'FORBIDDEN',
    errors: [{ extensions: { missing: ['ADMIN'] } }],
  });
  const answer = await query('mutation { demoSignIn(name: "olga") { session { accessToken } } }', ben);
  expect(answer).toMatchObject({ codes: ['FORBIDDEN'], errors: [{ extensions: { missing: ['ADMIN'] } }] });
  expect(await query('{ demoUpstreamCalls(kind: OVERSEERR) { path } }', ben)).toMatchObject({ codes: ['FORBIDDEN'] });
});

it('the code of the link signs in once, also when 30 try at the same time', async () => {
  await server.stop();
  server = await house.start();
  const code = codeOf(server.link);
  const stranger = server.as();
  const answers = await Promise.all(Array.from({ length: 30 }, () => stranger.execute(SignInDocument, { code })));
  const signedIn = answers.filter(({ signIn }) => signIn.session !== null);
  expect(signedIn).toMatchObject([{ signIn: { session: { account: { name: 'Olga', role: 'ADMIN' } }, problems: [] } }]);
  const refused = answers.filter(({ signIn }) => signIn.problems[0]?.code === 'SIGN_IN_CODE_INVALID');
  expect(refused).toHaveLength(29);
});

import { graphql } from 'graphql';
import { SignJWT, UnsecuredJWT } from 'jose';
import { buildApiSchema, createNodeResolver } from '../../mechanisms/graphql';
import type { TestDatabase } from '../../mechanisms/postgres/testing';
import { createTestDatabase } from '../../mechanisms/postgres/testing';
import { createCommandHandler, createEventCodecs } from '../../mechanisms/event-store';
import { EventStoreUnavailable } from '../../mechanisms/errors';
import { createMemoryEventStore } from '../../mechanisms/event-store/testing';
import type { AccountsFeature, Member } from '.';
import { accountCodecs, createAccountChanger, createAccountsFeature, createTokenIssuer } from '.';

const members: Member[] = [
  { name: 'olga', display: 'Olga', role: 'ADMIN' },
  { name: 'dora', display: 'Dora', role: 'DECIDER' },
  { name: 'ben', display: 'Ben', role: 'FRIEND' },
];
const key = new Uint8Array(32).fill(7);
const SECOND = 1_000;

let db: TestDatabase;
let now: Date;
let accounts: AccountsFeature;
/** Set: the store of the accounts' streams is away. */
let away: Error | undefined;
let handler: ReturnType<typeof createCommandHandler>;
function createHandler() {
  const store = createMemoryEventStore();
  const readStream: typeof store.readStream = (id) => (away ? Promise.reject(away) : store.readStream(id));
  return createCommandHandler({ store: { ...store, readStream }, codecs: createEventCodecs(accountCodecs) });
}
const feature = (changes: { key?: Uint8Array; members?: Member[] } = {}) =>
  createAccountsFeature({ database: db.database, handler, key, members, clock: () => now, ...changes });

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());
beforeEach(() => {
  now = new Date();
  away = undefined;
  handler = createHandler();
  accounts = feature();
});

async function ask(source: string, token?: string) {
  const schema = await buildApiSchema({
    resolvers: [...accounts.resolvers, createNodeResolver(accounts.nodeFetchers, accounts.access)],
  });
  const contextValue = { viewer: await accounts.authenticate(token) };
  return JSON.parse(JSON.stringify(await graphql({ schema, source, contextValue })));
}
const signIn = (code: string) =>
  ask(`mutation { signIn(code: ${JSON.stringify(code)}) {
    session { accessToken expiresAt account { id name role } }
    problems { __typename code ... on InvalidInput { path } }
  } }`).then(({ data }) => data.signIn);
const refused = {
  session: null,
  problems: [{ __typename: 'InvalidInput', code: 'SIGN_IN_CODE_INVALID', path: ['code'] }],
};

describe('access tokens', () => {
  it('say who, until when, and what the account may do now', async () => {
    const { accessToken, expiresAt, account } = await accounts.signInAs('ben');
    expect(await accounts.authenticate(accessToken)).toEqual({
      accountId: account.id,
      role: 'FRIEND',
      scopes: new Set(['STATUS_READ', 'LIBRARY_READ', 'REQUESTS_READ', 'REQUESTS_CREATE']),
      expiresAt,
    });
    expect((await ask('{ me { id name role } }', accessToken)).data.me).toEqual({
      id: account.id,
      name: 'Ben',
      role: 'FRIEND',
    });
  });

  it.each([
    ['olga', true, true],
    ['dora', false, true],
    ['ben', false, false],
  ])('%s: admin %s, decides %s', async (name, admin, decides) => {
    const viewer = await accounts.authenticate((await accounts.signInAs(name)).accessToken);
    expect([viewer?.scopes.has('ADMIN'), viewer?.scopes.has('REQUESTS_DECIDE')]).toEqual([admin, decides]);
  });

  it('of the command line are as good, and end when they say', async () => {
    const token = await createTokenIssuer({ members, key, clock: () => now })('ben', 60 * SECOND);
    expect(await accounts.authenticate(token)).not.toBeNull();
    now = new Date(now.getTime() + 61 * SECOND);
    expect(await accounts.authenticate(token)).toBeNull();
  });

  it('follow the role as it is now, and die with the account', async () => {
    const { accessToken } = await accounts.signInAs('ben');
    const promoted = feature({ members: [{ name: 'ben', display: 'Ben', role: 'ADMIN' }] });
    expect((await promoted.authenticate(accessToken))?.scopes.has('ADMIN')).toBe(true);
    expect(await feature({ members: members.slice(0, 1) }).authenticate(accessToken)).toBeNull();
  });

  it('need a real key', () => {
    expect(() => feature({ key: new Uint8Array(31) })).toThrow('32 bytes');
  });

  describe('that are not ours are refused', () => {
    const made = (change: (jwt: SignJWT) => SignJWT = (jwt) => jwt, { alg = 'HS256', typ = 'at+jwt' } = {}) =>
      change(
        new SignJWT()
          .setProtectedHeader({ alg, typ })
          .setSubject(accounts.directory.byName('ben')?.id ?? '')
          .setIssuer('medianest')
          .setAudience('medianest-api')
          .setExpirationTime('1h'),
      );

    it('though one made just like ours is accepted', async () => {
      expect(await accounts.authenticate(await made().sign(key))).not.toBeNull();
    });

    const forgeries: [string, () => Promise<string> | string][] = [
      [
        'no signature',
        () =>
          new UnsecuredJWT()
            .setSubject(accounts.directory.byName('ben')?.id ?? '')
            .setIssuer('medianest')
            .setAudience('medianest-api')
            .setExpirationTime('1h')
            .encode(),
      ],
      ['another algorithm', () => made(undefined, { alg: 'HS512' }).sign(new Uint8Array(64).fill(7))],
      ['another key', () => made().sign(new Uint8Array(32).fill(8))],
      ['another type', () => made(undefined, { typ: 'JWT' }).sign(key)],
      ['another audience', () => made((jwt) => jwt.setAudience('other')).sign(key)],
      ['another issuer', () => made((jwt) => jwt.setIssuer('other')).sign(key)],
      ['expired', () => made((jwt) => jwt.setExpirationTime(new Date(Date.now() - SECOND))).sign(key)],
      ['an unknown account', () => made((jwt) => jwt.setSubject('usr_nobody')).sign(key)],
      [
        'no end',
        () =>
          new SignJWT()
            .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
            .setSubject(accounts.directory.byName('ben')?.id ?? '')
            .setIssuer('medianest')
            .setAudience('medianest-api')
            .sign(key),
      ],
      [
        'a changed subject',
        async () => {
          const [header, , signature] = (await made().sign(key)).split('.');
          const olga = accounts.directory.byName('olga')?.id;
          const exp = Math.floor(Date.now() / 1000) + 3600;
          const payload = Buffer.from(JSON.stringify({ sub: olga, iss: 'medianest', aud: 'medianest-api', exp }));
          return `${header}.${payload.toString('base64url')}.${signature}`;
        },
      ],
      ['nonsense', () => 'a.b.c'],
    ];
    it.each(forgeries)('%s', async (_what, forge) => {
      expect(await accounts.authenticate(await forge())).toBeNull();
    });
  });
});

describe('a sign-in code', () => {
  it('signs the admin in, once', async () => {
    const code = await accounts.issueAdminCode();
    const { session, problems } = await signIn(code);
    expect(problems).toEqual([]);
    expect(session.account).toMatchObject({ name: 'Olga', role: 'ADMIN' });
    expect((await accounts.authenticate(session.accessToken))?.role).toBe('ADMIN');
    expect(await signIn(code)).toEqual(refused);
  });

  it('redeemed 30 times at once makes one session', async () => {
    const code = await accounts.issueAdminCode();
    const answers = await Promise.all(Array.from({ length: 30 }, () => signIn(code)));
    expect(answers.filter(({ session }) => session)).toHaveLength(1);
    expect(answers.filter(({ problems }) => problems.length === 1)).toHaveLength(29);
  });

  it('is refused when unknown, empty, too old, or of an account that is gone', async () => {
    const old = await accounts.issueAdminCode();
    await db.database.query(`update sign_in_code set expires_at = now() - interval '1 second'`);
    for (const code of [old, '', 'x'.repeat(10_000)]) expect(await signIn(code)).toEqual(refused);
    const code = await accounts.issueAdminCode();
    accounts = feature({ members: [{ name: 'eve', display: 'Eve', role: 'ADMIN' }] });
    expect(await signIn(code)).toEqual(refused);
  });

  it('is long, and not in the database', async () => {
    const code = await accounts.issueAdminCode();
    expect(Buffer.from(code, 'base64url')).toHaveLength(32);
    const [row] = await db.database.query<{ all: string }>(
      'select string_agg(c::text, $1) as all from sign_in_code c',
      [' '],
    );
    expect(row?.all).not.toContain(code);
    expect(row?.all).not.toContain(Buffer.from(code, 'base64url').toString('hex'));
  });

  it('leaves no row for ever', async () => {
    await accounts.issueAdminCode();
    await db.database.query(`update sign_in_code set expires_at = now() - interval '1 second'`);
    await accounts.issueAdminCode();
    expect(await db.database.query('select 1 from sign_in_code')).toHaveLength(1);
  });
});

describe('an account by its global id', () => {
  const node = async (name: string, id: string | undefined) => {
    const { accessToken } = await accounts.signInAs(name);
    return (await ask(`{ node(id: "${id}") { __typename id } }`, accessToken)).data.node;
  };

  it('is for oneself and for those who decide', async () => {
    const ben = accounts.directory.byName('ben')?.id;
    expect(await node('ben', ben)).toEqual({ __typename: 'Account', id: ben });
    expect(await node('dora', ben)).toEqual({ __typename: 'Account', id: ben });
    expect(await node('ben', accounts.directory.byName('olga')?.id)).toBeNull();
    expect(await node('ben', 'usr_nobody')).toBeNull();
  });
});

describe('an account that an operator has decided about', () => {
  const change = (name: string, what: Parameters<ReturnType<typeof createAccountChanger>>[1]) =>
    createAccountChanger({ handler, members, clock: () => now })(name, what);

  /** What the token is worth once the process has looked again. */
  async function settled(token: string, wanted: string | null) {
    const roleOf = async () => (await accounts.authenticate(token))?.role ?? null;
    for (const deadline = Date.now() + 5_000; (await roleOf()) !== wanted && Date.now() < deadline;)
      await new Promise((resolve) => setTimeout(resolve, 20));
    return roleOf();
  }

  it('has no valid token while it is suspended, not even one that was just looked at', async () => {
    const { accessToken } = await accounts.signInAs('ben');
    expect(await accounts.authenticate(accessToken)).toMatchObject({ role: 'FRIEND' });
    expect(await change('ben', { kind: 'SUSPEND' })).toEqual({ suspended: true, role: 'FRIEND' });
    expect(await settled(accessToken, null)).toBeNull();
    expect(await accounts.authenticate((await accounts.signInAs('ben')).accessToken)).toBeNull();
    expect(await change('ben', { kind: 'REINSTATE' })).toEqual({ suspended: false, role: 'FRIEND' });
    expect(await settled(accessToken, 'FRIEND')).toBe('FRIEND');
  });

  it('has the role and the scopes that it was given, and says so', async () => {
    const { accessToken } = await accounts.signInAs('dora');
    await accounts.authenticate(accessToken);
    await change('dora', { kind: 'ROLE', role: 'FRIEND' });
    expect(await settled(accessToken, 'FRIEND')).toBe('FRIEND');
    expect((await accounts.authenticate(accessToken))?.scopes.has('REQUESTS_DECIDE')).toBe(false);
    expect((await ask('{ me { role } }', accessToken)).data.me).toEqual({ role: 'FRIEND' });
  });

  it('stays what it was while the store is away; what is not known is not assumed', async () => {
    const { accessToken } = await accounts.signInAs('ben');
    await accounts.authenticate(accessToken);
    away = new EventStoreUnavailable('away');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await accounts.authenticate(accessToken)).toMatchObject({ role: 'FRIEND' });
    const { accessToken: unseen } = await accounts.signInAs('dora');
    await expect(accounts.authenticate(unseen)).rejects.toBe(away);
  });

  it('is not the last admin', async () => {
    await expect(change('olga', { kind: 'SUSPEND' })).rejects.toMatchObject({ code: 'LAST_ADMIN' });
    await change('dora', { kind: 'ROLE', role: 'ADMIN' });
    await change('olga', { kind: 'ROLE', role: 'DECIDER' });
    await expect(change('dora', { kind: 'ROLE', role: 'FRIEND' })).rejects.toMatchObject({ code: 'LAST_ADMIN' });
    await expect(change('nobody', { kind: 'SUSPEND' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

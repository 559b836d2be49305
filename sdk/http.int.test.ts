import type { MediaNestClient, MediaNestClientOptions, MediaNestError } from '.';
import { createMediaNestClient, TypedDocumentString } from '.';
import type { Script, ScriptedServer } from './testing';
import { startScriptedServer } from './testing';

type Variables = Record<string, unknown>;
const Ask = new TypedDocumentString<unknown, Variables>(
  'mutation ($key: String) { ask(title: 550, idempotencyKey: $key) { outcome } }',
);
const Twice = new TypedDocumentString<unknown, Variables>(
  'mutation ($key: String) { ask(idempotencyKey: $key) { outcome } enter(code: "x") { token } }',
);
const Read = new TypedDocumentString<unknown, Variables>('{ me { name } }');
const ok = { body: { data: { me: { name: 'Ben' } } } };
const said = (code: string, retryable = false) => ({ errors: [{ message: code, extensions: { code, retryable } }] });

let server: ScriptedServer;
let client: MediaNestClient;
let retries: MediaNestError[];
afterEach(async () => {
  await client.close();
  await server.close();
});

async function play(answer: Script['answer'], options: Partial<MediaNestClientOptions> = {}): Promise<void> {
  retries = [];
  server = await startScriptedServer({ ...(answer && { answer }) });
  client = createMediaNestClient({
    url: server.url,
    token: 't1',
    onRetry: (reason) => retries.push(reason),
    ...options,
  });
}
const keys = () => server.posts.map(({ variables }) => variables['key']);

it('a query is asked again after what passes', async () => {
  await play((_post, number) => ['cut' as const, { status: 503 }, { body: said('STALE_READ', true) }, ok][number - 1]!);
  expect(await client.execute(Read)).toEqual({ me: { name: 'Ben' } });
  expect(retries.map(({ code, status }) => [code, status])).toEqual([
    ['UNREACHABLE', undefined],
    ['HTTP_FAILURE', 503],
    ['STALE_READ', 200],
  ]);
});

it('a mutation that takes a key gets one, and is sent again with the same one', async () => {
  await play((_post, number) => (number < 3 ? 'cut' : ok));
  await client.execute(Ask);
  expect(keys()).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), keys()[0], keys()[0]]);
  await client.execute(Ask);
  expect(keys()[3]).not.toBe(keys()[0]);
});

it('a key that was given stays', async () => {
  await play(() => ok);
  await client.execute(Ask, { key: 'mine' });
  expect(keys()).toEqual(['mine']);
});

it.each([
  ['without a key', new TypedDocumentString<unknown, Variables>('mutation { enter(code: "x") { token } }')],
  ['with a field that takes none', Twice],
])('a mutation %s is never sent twice', async (_what, document) => {
  await play(() => 'cut');
  await expect(client.execute(document)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  expect(server.posts).toHaveLength(1);
});

it('what the server refuses is told at once, with its code', async () => {
  await play(() => ({ status: 400, body: said('BAD_USER_INPUT') }));
  await expect(client.execute(Read)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', status: 400, retryable: false });
  expect(server.posts).toHaveLength(1);
});

it('what does not pass in time is told, and when it was said, no earlier attempt is made', async () => {
  await play(() => ({ status: 503, headers: { 'retry-after': '60' } }));
  await expect(client.execute(Read)).rejects.toMatchObject({ status: 503 });
  expect(server.posts).toHaveLength(1);
});

it('without patience nothing is tried again', async () => {
  await play(() => ({ status: 503 }), { patienceMs: 0 });
  await expect(client.execute(Read)).rejects.toMatchObject({ status: 503 });
  expect(server.posts).toHaveLength(1);
});

it('a fresh token is asked for when the last was refused, also by what is never sent twice', async () => {
  const token = jest.fn().mockResolvedValueOnce('t1').mockResolvedValue('t2');
  const refused = { status: 401, body: said('UNAUTHENTICATED') };
  await play(({ headers }) => (headers.authorization === 'Bearer t2' ? ok : refused), { token });
  expect(await client.execute(Twice)).toEqual({ me: { name: 'Ben' } });
  await client.execute(Read);
  expect(token).toHaveBeenCalledTimes(2);
});

it('an address that is none is said at once', () => {
  expect(() => createMediaNestClient({ url: 'medianest' })).toThrow('Invalid URL');
});

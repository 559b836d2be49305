import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createPostgresEventStore } from '../mechanisms/event-store/postgres';
import { createLogger } from '../mechanisms/observability';
import { createDatabase } from '../mechanisms/postgres';
import type { TestCluster } from '../mechanisms/postgres/testing';
import { createTestCluster } from '../mechanisms/postgres/testing';
import { until } from '../mechanisms/pubsub/testing';
import type { Announcement, Running } from './run';
import { readSettings, run } from './run';

jest.setTimeout(120_000);

/** Two servers of one house: one is written to, the other, a process of its own, is asked, and asks the replica. */
const home = mkdtempSync(path.join(os.tmpdir(), 'medianest-replica-'));
let cluster: TestCluster;
let writer: Running;
let reader: ChildProcess;
let readerUrl: string;
let token: string;

beforeAll(async () => {
  cluster = await createTestCluster({ replicas: 1 });
  const house = {
    MEDIANEST_HOME: home,
    DATABASE_URL: cluster.primary.ownerUrl,
    DEMO: '0',
    UPSTREAM_USERS: '{"olga":1}',
    // Nobody is there, so that requests wait and stay as they are.
    OVERSEERR_URL: 'http://127.0.0.1:9',
    OVERSEERR_API_KEY: 'none',
    PORT: '0',
    LOG_LEVEL: 'silent',
  };
  writer = await run(readSettings(house));
  token = (await writer.house.accounts.signInAs('olga')).accessToken;
  reader = fork(path.join(__dirname, '../main.ts'), [], {
    execArgv: ['--import', 'tsx'],
    env: {
      ...process.env,
      ...house,
      ROLES: 'api',
      DATABASE_REPLICA_URLS: cluster.replicas[0]!.ownerUrl,
      REPLICA_LAG_MS: '600000', // one that is old is not left out
    },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const [{ url }] = (await once(reader, 'message')) as [Announcement];
  readerUrl = url!;
  await serving();
});
afterAll(async () => {
  const ended = once(reader, 'exit');
  reader.kill();
  await ended;
  await writer.stop();
  await cluster.drop();
  rmSync(home, { recursive: true, force: true });
});

async function ask(url: string, query: string, variables: object = {}) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the answer to any query
  return (await response.json()) as { data: any; errors?: { extensions: { code: string } }[] };
}
const serving = () =>
  until(async () => {
    const { data } = await ask(readerUrl, '{ serverInfo { replicas { state } } }');
    return data.serverInfo.replicas[0].state === 'SERVING';
  });

let asked = 0;
/** A new film is asked for, and projected on the primary. */
async function write() {
  const tmdbId = 900_000 + asked++;
  await cluster.primary.owner.query(
    `insert into title_cache (media_type, tmdb_id, title, observed_at) values ('MOVIE', $1, 'A film', now())`,
    [tmdbId],
  );
  const { data } = await ask(
    writer.url!,
    'mutation ($tmdbId: Int!) { requestMedia(input: { title: { type: MOVIE, tmdbId: $tmdbId } }) { position request { id } } }',
    { tmdbId },
  );
  await writer.house.projections.waitFor('request-view', await writer.house.foundations.store.head(), 10_000);
  return { tmdbId, id: data.requestMedia.request.id as string, atLeast: data.requestMedia.position as string };
}

const READ = `query ($id: ID!, $ids: [ID!]!, $tmdbId: Int!, $atLeast: Position) {
  request(id: $id, atLeast: $atLeast) { id timeline { nodes { type } } }
  requests(first: 1, orderBy: REQUESTED_DESC, atLeast: $atLeast) { nodes { id } totalCount }
  requestStats(atLeast: $atLeast) { total }
  node(id: $id, atLeast: $atLeast) { id }
  nodes(ids: $ids, atLeast: $atLeast) { id }
  title(type: MOVIE, tmdbId: $tmdbId) {
    request(atLeast: $atLeast) { id }
    myRequest(atLeast: $atLeast) { id }
    canRequest(atLeast: $atLeast) { allowed }
  }
}`;
const read = ({ id, tmdbId }: { id: string; tmdbId: number }, atLeast?: string) =>
  ask(readerUrl, READ, { id, ids: [id], tmdbId, atLeast });

/** What nobody may see who named the position of his write: anything from before it. */
async function expectFresh(written: Awaited<ReturnType<typeof write>>): Promise<void> {
  const { id, atLeast } = written;
  expect(await read(written, atLeast)).toEqual({
    data: {
      request: { id, timeline: { nodes: expect.arrayContaining([{ type: 'MediaRequestSubmitted' }]) } },
      requests: { nodes: [{ id }], totalCount: asked },
      requestStats: { total: asked },
      node: { id },
      nodes: [{ id }],
      title: { request: { id }, myRequest: { id }, canRequest: { allowed: false } },
    },
    extensions: expect.anything(),
  });
}
const OLD = {
  request: null,
  node: null,
  nodes: [null],
  title: { request: null, myRequest: null, canRequest: { allowed: true } },
};

/** As `work` finds it: a write, and a look without its position, again and again until the look is old. */
const seesOld = () =>
  until(async () => {
    const written = await write();
    const { data } = await read(written);
    if (data.request !== null) return null;
    expect(data).toMatchObject(OLD);
    return written;
  });

it('the log can be read there, too: all of it is on disk', async () => {
  await write();
  const log = createLogger({ level: 'silent' });
  const database = createDatabase({ connection: cluster.replicas[0]!.appUrl, max: 1, applicationName: 'log', log });
  const store = await createPostgresEventStore({ database, log });
  const last = await until(async () => (await store.readAll(0n, 100)).at(-1));
  expect(await store.head()).toBeGreaterThanOrEqual(last.globalPosition);
  expect((await store.readStream(last.streamId)).events.length).toBeGreaterThan(0);
  await store.close();
  await database.close();
});

it('while the replica is paused, only who did not ask for more sees what was', async () => {
  const [replica] = cluster.replicas;
  await replica!.owner.query('select pg_wal_replay_pause()');
  await expectFresh(await seesOld());
  await expectFresh(await write());
  await replica!.owner.query('select pg_wal_replay_resume()');
  const written = await write();
  await until(async () => (await read(written)).data.request?.id === written.id);
});

it('while the replica is slow, too', async () => {
  const { owner } = cluster.replicas[0]!;
  await owner.query(`alter system set recovery_min_apply_delay = '600ms'`);
  await owner.query('select pg_reload_conf()');
  await expectFresh(await seesOld());
  for (let n = 0; n < 3; n++) await expectFresh(await write());
  await owner.query('alter system reset recovery_min_apply_delay');
  await owner.query('select pg_reload_conf()');
});

it('while the replica is killed, and comes back', async () => {
  await serving();
  cluster.replicas[0]!.kill();
  for (let n = 0; n < 5; n++) {
    const written = await write();
    await expectFresh(written);
    expect((await read(written)).errors).toBeUndefined();
  }
  await serving();
  await expectFresh(await write());
});

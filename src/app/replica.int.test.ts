import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestCluster } from '../mechanisms/postgres/testing';
import { createTestCluster } from '../mechanisms/postgres/testing';
import { until } from '../mechanisms/pubsub/testing';
import type { Running } from './run';
import { readSettings, run } from './run';

jest.setTimeout(90_000);

const home = mkdtempSync(path.join(os.tmpdir(), 'medianest-replica-'));
let cluster: TestCluster;
let server: Running;
let token: string;

beforeAll(async () => {
  cluster = await createTestCluster({ replicas: 1 });
  server = await run(
    readSettings({
      MEDIANEST_HOME: home,
      DATABASE_URL: cluster.primary.ownerUrl,
      DATABASE_REPLICA_URLS: cluster.replicas[0]!.ownerUrl,
      REPLICA_LAG_MS: '600000', // a paused one is not left out
      PORT: '0',
      LOG_LEVEL: 'silent',
    }),
  );
  token = (await server.house.accounts.signInAs('olga')).accessToken;
});
afterAll(async () => {
  await server.stop();
  await cluster.drop();
  rmSync(home, { recursive: true, force: true });
});

async function ask(query: string, variables: object = {}) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const response = await fetch(server.url!, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the answer to any query
  return (await response.json()) as { data: any; errors?: { extensions: { code: string } }[] };
}
const requestMedia = async (tmdbId: number) => {
  const { data } = await ask(
    'mutation ($tmdbId: Int!) { requestMedia(input: { title: { type: MOVIE, tmdbId: $tmdbId } }) { position request { id } } }',
    { tmdbId },
  );
  return { id: data.requestMedia.request.id as string, position: data.requestMedia.position as string };
};
const READ = `query ($id: ID!, $atLeast: Position) {
  request(id: $id, atLeast: $atLeast) { id timeline { nodes { type } } }
  requests(atLeast: $atLeast) { nodes { id } totalCount }
  node(id: $id) { id }
}`;

it('queries are answered by the replica, old ones only to who did not ask for more', async () => {
  const [replica] = cluster.replicas;
  await until(async () => {
    const { data } = await ask('{ serverInfo { replicas { number state lagMs } } }');
    return data.serverInfo.replicas[0].state === 'SERVING';
  });
  const before = await requestMedia(550);
  expect((await ask(READ, { id: before.id, atLeast: before.position })).data.request.id).toBe(before.id);

  await until(async () => (await replica!.owner.query('select from request_view')).length === 1);
  await replica!.owner.query('select pg_wal_replay_pause()');
  const { id, position: atLeast } = await requestMedia(605);
  await server.house.projections.waitFor('request-view', await server.house.foundations.store.head(), 5_000);
  // Not at its first answer on a busy machine: who does not answer a look within a second is left out until the next.
  const old = await until(async () => {
    const { data } = await ask(READ, { id });
    return data.request === null && data;
  });
  expect(old).toMatchObject({ request: null, requests: { totalCount: 1 } });
  const fresh = await ask(READ, { id, atLeast });
  expect(fresh.data).toMatchObject({ request: { id }, requests: { totalCount: 2 } });
  expect(fresh.data.request.timeline.nodes[0]).toEqual({ type: 'MediaRequestSubmitted' });

  await replica!.owner.query('select pg_wal_replay_resume()');
  await until(async () => (await ask(READ, { id })).data.request?.id === id);
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createTestDatabase } from '../mechanisms/postgres/testing';
import type { TestDatabase } from '../mechanisms/postgres/testing';
import type { Running } from './run';
import { readSettings, run } from './run';

jest.setTimeout(90_000);

let test: TestDatabase;
let home: string;
let running: Running;

beforeAll(async () => {
  test = await createTestDatabase();
  home = mkdtempSync(path.join(os.tmpdir(), 'medianest-observed-'));
  const at = { MEDIANEST_HOME: home, DATABASE_URL: test.connection.ownerUrl, PORT: '0', METRICS_PORT: '0' };
  running = await run(readSettings({ ...at, LOG_LEVEL: 'silent', CALL_TIMEOUT_MS: '9000', SETTLE_DELAY_MS: '18000' }));
});
afterAll(async () => {
  await running?.stop();
  await test?.drop();
  rmSync(home, { recursive: true, force: true });
});

interface Step {
  kind: string;
  of: string;
  what: string;
  outcome: string;
}

async function ask(
  name: string,
  query: string,
  variables: object = {},
): Promise<{ data: unknown; extensions: { trace?: Step[] } }> {
  const { accessToken } = await running.house.accounts.signInAs(name);
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` };
  const response = await fetch(running.url!, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  return (await response.json()) as { data: unknown; extensions: { trace?: Step[] } };
}

const QUERY = '{ libraries { id title } requests(first: 1) { nodes { id } } }';

it('an admin of the demo sees what an operation asks of upstreams, of the cache and of the database', async () => {
  const first = (await ask('olga', QUERY)).extensions.trace ?? [];
  const of = (trace: Step[], kind: string) => trace.filter((step) => step.kind === kind);
  expect(of(first, 'UPSTREAM')).toContainEqual(
    expect.objectContaining({ of: 'plex', what: 'GET /library/sections', outcome: '200' }),
  );
  expect(of(first, 'CACHE')).toContainEqual(expect.objectContaining({ of: 'plex', outcome: 'MISS' }));
  expect(
    of(first, 'SQL')
      .map(({ what }) => what)
      .join(),
  ).toContain('from request_view');
  const again = (await ask('olga', QUERY)).extensions.trace ?? [];
  expect(of(again, 'CACHE')).toContainEqual(expect.objectContaining({ of: 'plex', outcome: 'HIT' }));
  expect(of(again, 'UPSTREAM')).toEqual([]);
  expect((await ask('ben', QUERY)).extensions.trace).toBeUndefined();
});

it('an admin of the demo sees what an operation appends', async () => {
  const { extensions } = await ask('olga', 'mutation { requestMedia(input: { title: { type: MOVIE, tmdbId: 550 } }) { outcome } }'); // prettier-ignore
  expect(extensions.trace).toContainEqual(
    expect.objectContaining({ kind: 'APPEND', what: expect.stringContaining('MediaRequestSubmitted'), outcome: 'OK' }),
  );
});

it('a dashboard is read in four statements, however much is on it', async () => {
  const operations = readFileSync('schema/operations/requests.graphql', 'utf8');
  const dashboard = /^query Dashboard.*?^}$/ms.exec(operations)![0];
  const request = (tmdbId: number) =>
    ask('olga', `mutation { requestMedia(input: { title: { type: MOVIE, tmdbId: ${tmdbId} } }) { position } }`);
  await request(550);
  const { requestMedia } = (await request(438631)).data as { requestMedia: { position: string } };
  const look = async (requests: number) => {
    const { data, extensions } = await ask('olga', dashboard, { requests, atLeast: requestMedia.position });
    const { nodes } = (data as { requests: { nodes: object[] } }).requests;
    // Who asks may be looked up in their stream, now and then.
    const asked = extensions.trace!.filter(({ kind, what }) => kind === 'SQL' && !/from events/i.test(what));
    return { shown: nodes.length, statements: asked.length };
  };
  await look(1); // waits for the projections
  expect([await look(1), await look(5)]).toEqual([
    { shown: 1, statements: 4 },
    { shown: 2, statements: 4 },
  ]);
});

it('every part of the house is counted', async () => {
  await ask('ben', 'mutation { requestMedia(input: { title: { type: MOVIE, tmdbId: 550 } }) { outcome } }');
  const told = async () => (await fetch(`${running.monitoringUrl}/metrics`)).text();
  const expected = [
    /^medianest_graphql_operation_seconds_count\{transport="HTTP",kind="mutation",code="OK"\} [1-9]/m,
    /^medianest_upstream_call_seconds_count\{upstream="overseerr",outcome="20\d"\} \d/m,
    /^medianest_upstream_call_seconds_count\{upstream="plex",outcome="200"\} \d/m,
    /^medianest_upstream_call_seconds_count\{upstream="uptime-kuma",outcome="OK"\} \d/m,
    /^medianest_upstream_socket_connected\{upstream="uptime-kuma"\} 1/m,
    /^medianest_upstream_circuit_open\{upstream="plex"\} 0/m,
    /^medianest_cache_reads_total\{connection="plex",outcome="HIT"\} \d/m,
    /^medianest_database_connections\{pool="medianest serving",state="waiting"\} 0/m,
    /^medianest_database_acquire_seconds_count\{pool="medianest background"\} \d/m,
    /^medianest_database_statement_seconds_count\{pool="medianest serving",statement="select request_view",outcome="OK"\} \d/m,
    /^medianest_event_store_append_seconds_count\{outcome="OK"\} \d/m,
    /^medianest_event_store_events_total [1-9]/m,
    /^medianest_job_seconds_count\{task="[^"]+",outcome="OK"\} [1-9]/m,
    /^medianest_projection_lag_seconds\{projection="request-view"\} [\d.e-]+$/m,
    /^medianest_projection_stopped\{projection="request-view"\} 0/m,
    /^medianest_websockets_open 0/m,
    /^medianest_event_streams_open 0/m,
    /^process_cpu_seconds_total \d/m,
  ];
  let text = await told();
  const missing = () => expected.filter((line) => !line.test(text)).map(String);
  for (const deadline = Date.now() + 30_000; missing().length > 0 && Date.now() < deadline; text = await told())
    await pause(100);
  expect(missing()).toEqual([]);
});

it('the server ends what takes too long: sooner for who waits in person than for projections, jobs and polling', async () => {
  const { database, background } = running.house.foundations;
  const limits = [database, background].map((pool) => pool.query('show statement_timeout'));
  expect(await Promise.all(limits)).toEqual([[{ statement_timeout: '10s' }], [{ statement_timeout: '1min' }]]);
});

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Double } from '../mechanisms/event-store/eventstoredb/testing';
import { createDouble } from '../mechanisms/event-store/eventstoredb/testing';
import { createTestDatabase } from '../mechanisms/postgres/testing';
import type { TestDatabase } from '../mechanisms/postgres/testing';
import type { Running } from './run';
import { readSettings, run } from './run';

jest.setTimeout(90_000);

const ASK = `mutation { requestMedia(input: { title: { type: MOVIE, tmdbId: 550 } }) {
  outcome position problems { code } request { id status }
} }`;
const READ = (id: string) => `{
  request(id: "${id}") { status timeline { nodes { type } } }
  serverInfo { projections { name state } }
}`;
interface Asked {
  requestMedia: { outcome: string; position: string; problems: object[]; request: { id: string; status: string } };
}
interface Read {
  request: { status: string; timeline: { nodes: { type: string }[] } } | null;
  serverInfo: { projections: { name: string; state: string }[] };
}

describe('a house whose events are in an EventStoreDB', () => {
  const home = mkdtempSync(path.join(os.tmpdir(), 'medianest-esdb-'));
  let double: Double;
  let test: TestDatabase;
  let running: Running;

  beforeAll(async () => {
    double = await createDouble();
    test = await createTestDatabase();
    running = await start();
  });
  afterAll(async () => {
    await running.stop();
    await double.close();
    await test.drop();
    rmSync(home, { recursive: true, force: true });
  });

  const start = () =>
    run(
      readSettings({
        DEMO: '1',
        MEDIANEST_HOME: home,
        DATABASE_URL: test.connection.ownerUrl,
        EVENT_STORE_URL: double.url(),
        PORT: '0',
        LOG_LEVEL: 'silent',
        SETTLE_DELAY_MS: '500',
        POLL_FAST_MS: '250',
        PROBE_MS: '250',
      }),
    );

  async function ask<Data>(query: string, name = 'ben'): Promise<Data> {
    const { accessToken } = await running.house.accounts.signInAs(name);
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` };
    const response = await fetch(running.url!, { method: 'POST', headers, body: JSON.stringify({ query }) });
    const answer = (await response.json()) as { data: Data; errors?: object[] };
    expect(answer.errors).toBeUndefined();
    return answer.data;
  }
  async function untilThere(id: string, status: string): Promise<Read> {
    for (const deadline = Date.now() + 60_000; ; await pause(100)) {
      const read = await ask<Read>(READ(id));
      if (read.request?.status === status) return read;
      if (Date.now() > deadline) throw new Error(JSON.stringify(read));
    }
  }

  it('takes a request its whole way, and knows it after a restart', async () => {
    const { requestMedia } = await ask<Asked>(ASK);
    expect(requestMedia).toMatchObject({
      outcome: 'CREATED',
      problems: [],
      position: expect.stringMatching(/^p1\.es[0-9a-f]{4}\.\d+$/),
      request: { status: 'APPROVED' },
    });
    const { id } = requestMedia.request;
    const read = await untilThere(id, 'AVAILABLE');
    expect(read.request?.timeline.nodes.map(({ type }) => type)).toEqual([
      'MediaRequestSubmitted',
      'MediaRequestAutoApproved',
      'HandoverQueued',
      'HandoverAttempted',
      'UpstreamRequestCreated',
      'MediaBecameAvailable',
    ]);
    expect(read.serverInfo.projections.filter(({ state }) => state === 'STOPPED')).toEqual([]);
    expect(await test.owner.query('SELECT 1 FROM events')).toEqual([]);
    expect(await ask('{ events(types: ["MediaBecameAvailable"]) { nodes { type data } } }', 'olga')).toMatchObject({
      events: { nodes: [{ type: 'MediaBecameAvailable', data: { requestId: id } }] },
    });

    await running.stop();
    running = await start();
    expect((await untilThere(id, 'AVAILABLE')).request).toEqual(read.request);
    expect((await ask<Asked>(ASK)).requestMedia.outcome).toBe('ALREADY_AVAILABLE');
  });
});

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DomainEvent } from '../mechanisms/event-store';
import { NO_STREAM } from '../mechanisms/event-store';
import { createJobQueue } from '../mechanisms/jobs';
import { readCatalogue } from '../mechanisms/postgres';
import type { TestDatabase } from '../mechanisms/postgres/testing';
import { createTestDatabase } from '../mechanisms/postgres/testing';
import { readRebuild, requestRebuild } from '../mechanisms/projections';
import { until } from '../mechanisms/pubsub/testing';
import { allCodecs } from './event-codecs';
import { allProjections } from './projections';
import type { Running } from './run';
import { readSettings, run } from './run';

jest.setTimeout(90_000);

let test: TestDatabase;
let running: Running;
const home = mkdtempSync(path.join(os.tmpdir(), 'medianest-rebuild-'));

async function append(streamId: string, facts: DomainEvent[]): Promise<bigint> {
  const metadata = {
    occurredAt: '2026-01-01T00:00:00.000Z',
    actor: { kind: 'USER' as const, id: 'usr_1' },
    correlationId: 'c',
    commandId: randomUUID(),
  };
  const events = facts.map((fact) => ({ ...fact, eventId: randomUUID(), schemaVersion: 1, metadata }));
  return (await running.house.foundations.store.append(streamId, NO_STREAM, events)).position;
}

/** Whom a projector never asks. */
const nobody = { OVERSEERR_URL: 'http://127.0.0.1:9', OVERSEERR_API_KEY: 'none', UPSTREAM_USERS: '{"olga":1}' };

beforeAll(async () => {
  test = await createTestDatabase();
  const settings = { MEDIANEST_HOME: home, DATABASE_URL: test.connection.ownerUrl, PORT: '0', LOG_LEVEL: 'silent' };
  running = await run(readSettings({ ...settings, ROLES: 'api,projector', METRICS_PORT: '0', ...nobody }));
});
afterAll(async () => {
  await running?.stop();
  await test?.drop();
  rmSync(home, { recursive: true });
});

it('every view can be made anew, and then it has the same rows in the same tables', async () => {
  const requestId = 'req_1';
  const at = '2026-01-01T00:00:00.000Z';
  const film = { mediaType: 'MOVIE', tmdbId: 1, quality: 'STANDARD', origin: 'MANUAL' };
  await append('mediaRequest-movie-1-standard', [
    { type: 'MediaRequestSubmitted', data: { requestId, requesterId: 'usr_1', ...film } },
    {
      type: 'RequestJoined',
      data: { requestId, followerId: 'usr_2', wants: { quality: 'STANDARD' }, via: 'DUPLICATE' },
    },
  ]);
  const service = {
    serviceId: 'svc_1',
    connectionId: 'kuma',
    externalId: '1',
    name: 'NAS',
    kind: 'http',
    group: 'Home',
  };
  const head = await append('service-1', [
    { type: 'ServiceDiscovered', data: service },
    { type: 'ServiceCameUp', data: { serviceId: 'svc_1', at, source: 'SOCKET' } },
  ]);
  const { projections, viewNames } = running.house;
  const isThere = async () => (await projections.list()).every(({ position }) => position === head);
  await until(isThere);

  const views = allProjections({ codecs: allCodecs(), jobs: createJobQueue({ database: test.database }) }).filter(
    ({ name }) => viewNames.includes(name),
  );
  const contents = () =>
    Promise.all(
      views.flatMap(({ tables }) =>
        tables.map((table) =>
          test.owner.query(`select json_agg(it order by it::text) as "${table}" from ${table} as it`),
        ),
      ),
    );
  const before = { contents: await contents(), catalogue: await readCatalogue(test.owner) };
  expect(JSON.stringify(before.contents)).not.toContain('null}]');
  for (const view of views) {
    for (const table of view.tables) await test.owner.query(`delete from ${table}`);
    await requestRebuild(test.database, view);
  }
  for (const { name } of views) await until(async () => (await readRebuild(test.database, name)) === null);
  expect(await contents()).toEqual(before.contents);
  expect(await readCatalogue(test.owner)).toBe(before.catalogue);
});

it('one that is under way, or stopped, and a stream that is parked, are told by serverInfo and the metrics; and of another store no lag', async () => {
  const { accounts, foundations } = running.house;
  await test.owner.query(
    `insert into projection_checkpoint (name, version, position, store_id, epoch, state, error)
     select 'rebuild:request-view', version, position / 2, store_id, 1, 'STOPPED', 'cannot' from projection_checkpoint where name = 'request-view'`,
  );
  await test.owner.query(`update projection_checkpoint set store_id = 'another' where name = 'request-timeline'`);
  await test.owner.query(
    `update projection_checkpoint set parked = '{"mediaRequest-movie-1-standard":{"position":"2","error":"cannot either"}}' where name = 'request-timeline'`,
  );
  const { accessToken } = await accounts.signInAs('olga');
  const response = await fetch(running.url!, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
    body: '{"query":"{ serverInfo { projections { name state lagMs parkedStreams { streamId position error } rebuild { position share error } } } }"}',
  });
  const { data } = (await response.json()) as { data: { serverInfo: { projections: object[] } } };
  const position = `p1.${foundations.store.storeId}.2`;
  const parked = { streamId: 'mediaRequest-movie-1-standard', position, error: 'cannot either' };
  const rebuild = { position, share: 0.5, error: 'cannot' };
  expect(data.serverInfo.projections.slice(0, 2)).toEqual([
    { name: 'request-view', state: 'LIVE', lagMs: 0, parkedStreams: [], rebuild },
    { name: 'request-timeline', state: 'LIVE', lagMs: null, parkedStreams: [parked], rebuild: null },
  ]);
  const metrics = await (await fetch(`${running.monitoringUrl}/metrics`)).text();
  expect(metrics).toContain('medianest_projection_rebuild_share{projection="request-view"} 0.5');
  expect(metrics).toContain('medianest_projection_rebuild_stopped{projection="request-view"} 1');
  expect(metrics).toContain('medianest_projection_parked_streams{projection="request-timeline"} 1');
  expect(metrics).not.toContain('medianest_projection_rebuild_stopped{projection="request-timeline"}');
});

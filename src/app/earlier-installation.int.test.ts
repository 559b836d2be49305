import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createTestDatabase } from '../mechanisms/postgres/testing';
import { until } from '../mechanisms/pubsub/testing';
import { readSettings, run } from './run';

jest.setTimeout(60_000);

/** Whom a projector never asks. */
const nobody = { OVERSEERR_URL: 'http://127.0.0.1:9', OVERSEERR_API_KEY: 'none', UPSTREAM_USERS: '{"olga":1}' };

/** A service that was discovered and then came up. Of that `service-view` has seen the first; a version before it stood elsewhere. */
const FILLED = `
  insert into events (stream_id, version, event_id, type, schema_version, data, meta, recorded_at)
    select 'service-1', version, gen_random_uuid(), type, 1, data,
      '{"occurredAt":"2026-05-01T10:00:00.000Z","actor":{"kind":"UPSTREAM","id":"kuma"},"correlationId":"c","commandId":"c"}', now()
    from (values
      (0, 'ServiceDiscovered', json '{"serviceId":"svc_1","connectionId":"kuma","externalId":"4","name":"NAS","kind":"http"}'),
      (1, 'ServiceCameUp', json '{"serviceId":"svc_1","at":"2026-05-01T10:00:01.000Z","source":"SOCKET"}')
    ) as facts (version, type, data) order by version;
  insert into service_view (service_id, connection_id, name, status, retired, position, state) values ('svc_1', 'kuma', 'NAS', 'UNKNOWN', false, 1,
    '{"serviceId":"svc_1","connectionId":"kuma","externalId":"4","name":"NAS","kind":"http","group":null,
      "status":"UNKNOWN","since":null,"message":null,"checkedAt":null,"retired":false}');
  insert into projection_checkpoint (name, version, position, store_id, epoch, state)
    select 'service-view', version, version, id, version, 'LIVE' from event_store, generate_series(0, 1) as version;
  insert into lease values ('projection:service-view@0', 'one', 7, now()), ('projection:service-view@1', 'one', 3, now()),
    ('process:one', 'one', 1, now())`;

it('an installation of before the rebuilds goes on where it stood', async () => {
  const test = await createTestDatabase({ migrations: 13 });
  const home = mkdtempSync(path.join(os.tmpdir(), 'medianest-earlier-'));
  try {
    await test.owner.query(FILLED);
    const settings = { MEDIANEST_HOME: home, DATABASE_URL: test.connection.ownerUrl, LOG_LEVEL: 'silent' };
    const { house, stop } = await run(readSettings({ ...settings, ROLES: 'projector', ...nobody }));
    await until(async () => (await house.projections.list()).every(({ position }) => position === 2n)).finally(stop);
    expect(await test.owner.query(`select service_id, status, position from service_view`)).toEqual([
      { service_id: 'svc_1', status: 'UP', position: '2' },
    ]);
    const checkpoint = `select version, position, state, epoch from projection_checkpoint where name = 'service-view'`;
    expect(await test.owner.query(checkpoint)).toEqual([{ version: 1, position: '2', state: 'LIVE', epoch: '8' }]);
    const told = `select position from change_feed where projection = 'service-view'`;
    expect(await test.owner.query(told)).toEqual([{ position: '2' }]); // it did not begin anew
    expect(await test.owner.query(`select from lease where name like '%@%'`)).toEqual([]);
  } finally {
    await test.drop();
    rmSync(home, { recursive: true });
  }
});

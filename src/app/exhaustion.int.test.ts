import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { NO_STREAM } from '../mechanisms/event-store';
import { createTestDatabase } from '../mechanisms/postgres/testing';
import type { TestDatabase } from '../mechanisms/postgres/testing';
import { until } from '../mechanisms/pubsub/testing';
import type { Running } from './run';
import { readSettings, run } from './run';

jest.setTimeout(90_000);

const home = mkdtempSync(path.join(os.tmpdir(), 'medianest-exhausted-'));
let test: TestDatabase;
let running: Running;
let token: string;
beforeAll(async () => {
  test = await createTestDatabase();
  const at = { MEDIANEST_HOME: home, DATABASE_URL: test.connection.ownerUrl };
  running = await run(readSettings({ ...at, PORT: '0', LOG_LEVEL: 'silent' }));
  token = (await running.house.accounts.signInAs('ben')).accessToken;
});
afterAll(async () => {
  await running.stop();
  await test.drop();
  rmSync(home, { recursive: true, force: true });
});

interface Answer {
  data?: { requests: { nodes: object[] } } | null;
  errors?: { extensions: { code: string; retryable: boolean; retryAfter?: string } }[];
}
async function ask(): Promise<Answer> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const body = JSON.stringify({ query: '{ requests { nodes { id } } }' });
  return (await fetch(running.url!, { method: 'POST', headers, body })).json() as Promise<Answer>;
}
/** A fact that a view makes a row of. */
function discover(serviceId: string) {
  const data = { serviceId, connectionId: 'board', externalId: '1', name: 'NAS', kind: 'ping' };
  const metadata = {
    occurredAt: new Date().toISOString(),
    actor: { kind: 'UPSTREAM', id: 'board' } as const,
    correlationId: randomUUID(),
    commandId: randomUUID(),
  };
  const event = { type: 'ServiceDiscovered', data, eventId: randomUUID(), schemaVersion: 1, metadata };
  return running.house.foundations.store.append(`service-${serviceId}`, NO_STREAM, [event]);
}

it('while a crowd holds every connection, others are told when to come again, projections go on, and then all is well', async () => {
  const { pool, transaction } = running.house.foundations.database;
  expect((await ask()).data?.requests.nodes).toEqual([]);
  let leave = (): void => undefined;
  const told = new Promise<void>((resolve) => (leave = resolve));
  const crowd = Array.from({ length: pool.options.max }, () => transaction(() => told));
  await until(() => pool.idleCount === 0 && pool.totalCount === pool.options.max);

  try {
    const first = ask(); // waits
    const refused = await until(async () => {
      const answer = await Promise.race([ask(), pause(100)]);
      return answer?.errors?.[0]?.extensions;
    });
    expect(refused).toMatchObject({ code: 'OVERLOADED', retryable: true, retryAfter: expect.any(String) });
    await discover('svc_1');
    await until(
      async () => (await test.owner.query(`select from service_view where service_id = 'svc_1'`)).length === 1,
    );
    leave();
    expect((await first).data?.requests.nodes).toEqual([]);
  } finally {
    leave();
    await Promise.all(crowd);
  }
  expect((await ask()).data?.requests.nodes).toEqual([]);
});

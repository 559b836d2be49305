import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { NO_STREAM } from '../mechanisms/event-store';
import { createTestDatabase } from '../mechanisms/postgres/testing';
import { readSettings, run } from './run';

jest.setTimeout(90_000);

const QUERY = '{ serverInfo { projections { name state error } } }';

it.each([
  ['type', { type: 'MediaRequestTeleported', schemaVersion: 1 }],
  ['version', { type: 'MediaRequestSubmitted', schemaVersion: 99 }],
])(
  'an event of an unknown %s stops the projections: serverInfo says which event it is, and the metrics that they stopped',
  async (_, unknown) => {
    const test = await createTestDatabase();
    const home = mkdtempSync(path.join(os.tmpdir(), 'medianest-unknown-'));
    const settings = {
      MEDIANEST_HOME: home,
      DATABASE_URL: test.connection.ownerUrl,
      PORT: '0',
      METRICS_PORT: '0',
      READY_LAG_MS: '1000',
      LOG_LEVEL: 'silent',
    };
    const { house, url, monitoringUrl, stop } = await run(readSettings(settings));
    try {
      const occurredAt = new Date().toISOString();
      const actor = { kind: 'USER' as const, id: 'usr_1' };
      const metadata = { occurredAt, actor, correlationId: 'c', commandId: randomUUID() };
      const event = { eventId: randomUUID(), data: {}, metadata, ...unknown };
      const { position } = await house.foundations.store.append('mediaRequest-movie-1-standard', NO_STREAM, [event]);

      const { accessToken } = await house.accounts.signInAs('olga');
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` };
      const ask = async () => {
        const response = await fetch(url!, { method: 'POST', headers, body: JSON.stringify({ query: QUERY }) });
        const { data } = (await response.json()) as { data: { serverInfo: { projections: Told[] } } };
        return data.serverInfo.projections;
      };
      let told = await ask();
      for (const deadline = Date.now() + 30_000; told.some(({ state }) => state !== 'STOPPED'); told = await ask()) {
        if (Date.now() > deadline) throw new Error(JSON.stringify(told));
        await pause(50);
      }
      for (const { error } of told) {
        for (const part of [unknown.type, 'mediaRequest-movie-1-standard', `position ${position}`])
          expect(error).toContain(part);
      }
      const metrics = await (await fetch(`${monitoringUrl}/metrics`)).text();
      for (const { name } of told) {
        expect(metrics).toContain(`medianest_projection_stopped{projection="${name}"} 1`);
        for (const told of ['position', 'lag_seconds'])
          expect(metrics).toMatch(new RegExp(`^medianest_projection_${told}.projection="${name}". [0-9]`, 'm'));
      }
      await pause(1_100); // from now on they are late
      const health = await fetch(`${monitoringUrl}/health/ready`);
      expect(health.status).toBe(503);
      expect((await health.text()).match(/[a-z-]+ is \d+ s behind, stopped by an error/g)).toEqual(
        ['request-view', 'request-timeline', 'service-view'].map((view) => expect.stringMatching(`^${view} `)),
      );
    } finally {
      await stop();
      await test.drop();
      rmSync(home, { recursive: true, force: true });
    }
  },
);

interface Told {
  name: string;
  state: string;
  error: string | null;
}

import type { TestDatabase } from '../../mechanisms/postgres/testing';
import { createTestDatabase } from '../../mechanisms/postgres/testing';
import type { CheckedStatus } from './service/service';
import { createServiceUptime, readUptime } from './service-uptime.read-model';

let test: TestDatabase;
beforeAll(async () => (test = await createTestDatabase()));
afterAll(() => test.drop());

it('tells the uptime of a window by what was counted in it', async () => {
  const uptime = createServiceUptime(test.database);
  const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  const check = (status: CheckedStatus, hours: number, pingMs: number | null = null) => ({
    serviceId: 'svc_1',
    status,
    at: ago(hours),
    pingMs,
  });
  await uptime.count([
    check('UP', 48, 100),
    check('UP', 3, 10),
    check('DOWN', 2),
    check('MAINTENANCE', 1.5),
    check('UP', 1, 20),
  ]);
  await uptime.count([check('UP', 3, 10)]); // older than what was counted: seen again
  expect((await readUptime(test.database, ['svc_1', 'svc_2'], 'D1')).get('svc_1')).toEqual({
    ratio: 2 / 3,
    checks: 3,
    avgPingMs: 15,
  });
  expect((await readUptime(test.database, ['svc_1'], 'D7')).get('svc_1')?.checks).toBe(4);
  await uptime.trim();
  expect((await readUptime(test.database, ['svc_1'], 'D30')).get('svc_1')?.checks).toBe(4);
});

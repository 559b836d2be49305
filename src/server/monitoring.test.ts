import { listenFailure } from '../mechanisms/errors';
import { createMetrics } from '../mechanisms/observability';
import { openMonitoring } from './monitoring';

it('tells health and numbers without a token, and nothing else', async () => {
  const metrics = createMetrics();
  let obstacle: string | null = null;
  const door = await openMonitoring(
    { metrics, obstacle: () => Promise.resolve(obstacle) },
    { host: '127.0.0.1', port: 0 },
  );
  const get = async (path: string) => fetch(`http://127.0.0.1:${door.address.port}${path}`);
  try {
    expect((await get('/health/live')).status).toBe(200);
    expect((await get('/health/ready')).status).toBe(200);
    obstacle = 'the view is old';
    expect((await get('/health/ready')).status).toBe(503);
    expect((await get('/graphql')).status).toBe(404);
    const answer = await get('/metrics');
    expect(answer.headers.get('content-type')).toContain('version=0.0.4');
    expect(await answer.text()).toMatch(/^process_resident_memory_bytes \d/m);
  } finally {
    await door.close();
  }
});

it('says which setting to change when its port is taken', async () => {
  const parts = { metrics: createMetrics(), obstacle: () => Promise.resolve(null) };
  const door = await openMonitoring(parts, { host: '127.0.0.1', port: 0 });
  try {
    await expect(openMonitoring(parts, door.address)).rejects.toThrow(/METRICS_PORT/);
  } finally {
    await door.close();
  }
});

it('says which setting to change when its address is not one of this machine', async () => {
  const parts = { metrics: createMetrics(), obstacle: () => Promise.resolve(null) };
  const elsewhere = openMonitoring(parts, { host: '192.0.2.1', port: 0 }); // an address for documents, which nobody has
  await expect(elsewhere).rejects.toMatchObject({
    code: 'STARTUP',
    message: expect.stringMatching('192.0.2.1 .* HOST'),
  });
});

it.each([
  ['EACCES', /^port 80 of nas .* METRICS_PORT/],
  ['ENOTFOUND', /^nas is not .* HOST/],
])('says which setting to change on %s', (code, message) => {
  const error = Object.assign(new Error(code), { code });
  const failure = listenFailure(error, { host: 'nas', port: 80, setting: 'METRICS_PORT' });
  expect(failure).toMatchObject({ code: 'STARTUP', message: expect.stringMatching(message) });
});

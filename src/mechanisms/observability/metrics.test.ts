import { createMetrics } from './metrics';

const jars = { name: 'medianest_jars_total', help: 'Jars.', labels: ['size'] as const };

const lines = async (metrics: ReturnType<typeof createMetrics>) =>
  (await metrics.expose()).text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

it('counts together what two parts register under one name', async () => {
  const metrics = createMetrics();
  metrics.counter(jars).add({ size: 'large' });
  metrics.counter(jars).add({ size: 'large' }, 2);
  expect(await lines(metrics)).toEqual(['medianest_jars_total{size="large"} 3']);
});

it('spreads seconds over buckets', async () => {
  const metrics = createMetrics();
  const wait = metrics.histogram({ name: 'medianest_wait_seconds', help: 'Waits.', labels: [], buckets: [0.1, 1] });
  for (const seconds of [0.05, 0.5, 0.5]) wait.observe({}, seconds);
  expect(await lines(metrics)).toEqual([
    'medianest_wait_seconds_bucket{le="0.1"} 1',
    'medianest_wait_seconds_bucket{le="1"} 3',
    'medianest_wait_seconds_bucket{le="+Inf"} 3',
    'medianest_wait_seconds_sum 1.05',
    'medianest_wait_seconds_count 3',
  ]);
});

it('reads a gauge when somebody looks, from all who registered it, and forgets what is no more', async () => {
  const metrics = createMetrics();
  const open = { name: 'medianest_open', help: 'Open.', labels: ['pool'] as const };
  let pools = ['a'];
  metrics.gauge({ ...open, read: () => pools.map((pool) => ({ labels: { pool }, value: 1 })) });
  metrics.gauge({ ...open, read: async () => [{ labels: { pool: 'z' }, value: 9 }] });
  expect(await lines(metrics)).toEqual(['medianest_open{pool="a"} 1', 'medianest_open{pool="z"} 9']);
  pools = ['b'];
  expect(await lines(metrics)).toEqual(['medianest_open{pool="b"} 1', 'medianest_open{pool="z"} 9']);
});

it('leaves out what cannot be read now, and tells the rest', async () => {
  const metrics = createMetrics();
  const gauge = (name: string, read: () => Promise<never[]>) => metrics.gauge({ name, help: '.', labels: [], read });
  gauge('medianest_away', () => Promise.reject(new Error('the database is away')));
  gauge('medianest_frozen', () => new Promise(() => undefined));
  metrics.counter(jars).add({ size: 'small' });
  expect(await lines(metrics)).toEqual(['medianest_jars_total{size="small"} 1']);
});

it('tells of the process when it is asked to', async () => {
  const metrics = createMetrics();
  expect((await metrics.expose()).text).not.toContain('process_cpu');
  metrics.addProcess();
  const { contentType, text } = await metrics.expose();
  expect(contentType).toContain('text/plain');
  expect(text).toMatch(/^process_cpu_seconds_total \d/m);
  expect(text).toMatch(/^nodejs_eventloop_lag_seconds /m);
});

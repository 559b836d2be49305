import type { TestJobs } from './testing';
import { createTestJobs } from './testing';

let test: TestJobs;
beforeAll(async () => (test = await createTestJobs()));
afterEach(() => test.database.query('delete from graphile_worker._private_jobs'));
afterAll(() => test.drop());

it('is gone with the transaction that enqueued it', async () => {
  const failure = new Error('rolled back');
  const work = test.database.transaction(async (tx) => {
    await test.queue.enqueue({ task: 'note', key: '1', payload: {} }, tx);
    throw failure;
  });
  await expect(work).rejects.toBe(failure);
  expect(await test.jobs()).toEqual([]);
});

it('takes several at once, in their order, each as if it were alone', async () => {
  const later = new Date(Date.now() + 3_600_000);
  const job = { task: 'note', queue: 'serial', payload: { n: [1, null] } };
  await test.queue.enqueue([
    { ...job, key: 'b' },
    { ...job, key: 'a', runAt: later, maxAttempts: 3 },
    { task: 'note', key: 'c', payload: {} },
    { task: 'note', key: 'c', payload: { again: true } },
  ]);
  const sql = `select key, queue_name, payload, max_attempts, run_at > now() as is_later
    from graphile_worker._private_jobs as job left join graphile_worker._private_job_queues as queue on queue.id = job_queue_id order by job.id`;
  expect(await test.database.query(sql)).toEqual([
    { key: 'b', queue_name: 'serial', payload: job.payload, max_attempts: 25, is_later: false },
    { key: 'a', queue_name: 'serial', payload: job.payload, max_attempts: 3, is_later: true },
    { key: 'c', queue_name: null, payload: { again: true }, max_attempts: 25, is_later: false },
  ]);
});

it('leaves a job that waits as it is, when that is asked, and replaces none that runs or was given up', async () => {
  const waiting = () =>
    test.database.query<{ run_at: Date; payload: object }>(
      'select run_at, payload from graphile_worker._private_jobs where key is not null and attempts < max_attempts',
    );
  const [soon, later] = [new Date(Date.now() + 60_000), new Date(Date.now() + 3_600_000)];
  const job = { task: 'note', key: 'same' };
  const again = { ...job, runAt: soon, unlessWaiting: true, payload: { n: 2 } };
  await test.queue.enqueue({ ...job, runAt: later, payload: { n: 1 } });
  await test.queue.enqueue(again);
  expect(await waiting()).toEqual([{ run_at: later, payload: { n: 1 } }]);
  await test.queue.enqueue({ ...job, runAt: soon, payload: { n: 3 } });
  expect(await waiting()).toEqual([{ run_at: soon, payload: { n: 3 } }]);
  await test.database.query('update graphile_worker._private_jobs set attempts = max_attempts');
  await test.queue.enqueue(again);
  expect(await waiting()).toEqual([{ run_at: soon, payload: { n: 2 } }]);
  await test.database.query(`update graphile_worker._private_jobs set locked_at = now(), locked_by = 'worker'`);
  await test.queue.enqueue(again);
  expect(await test.jobs()).toContainEqual({ key: 'same', locked_by: null });
});

it('replaces a waiting job by a more urgent one even then', async () => {
  const job = { task: 'note', key: 'same', unlessWaiting: true };
  const waiting = () => test.database.query('select priority, payload from graphile_worker._private_jobs');
  await test.queue.enqueue({ ...job, priority: 1, payload: { n: 1 } });
  await test.queue.enqueue({ ...job, payload: { n: 2 } });
  expect(await waiting()).toEqual([{ priority: 0, payload: { n: 2 } }]);
  await test.queue.enqueue({ ...job, payload: { n: 3 } });
  await test.queue.enqueue({ ...job, priority: 1, payload: { n: 4 } });
  expect(await waiting()).toEqual([{ priority: 0, payload: { n: 2 } }]);
});

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000);

it.each<{ what: string; pause: number; runAt?: Date; left: string }>([
  { what: 'pauses for hours', pause: 7_200, left: 'again' },
  { what: 'pauses for seconds', pause: 20, left: 'first' },
  { what: 'pauses hardly longer than what is asked for', pause: 7_200, runAt: inSeconds(7_100), left: 'first' },
])('replaces a job that has thrown only when its pause is long: one that $what', async ({ pause, runAt, left }) => {
  const job = { task: 'note', key: 'thrown', unlessWaiting: true, runAt };
  await test.queue.enqueue({ ...job, payload: { from: 'first' } });
  await test.database.query('update graphile_worker._private_jobs set attempts = 9, run_at = $1', [inSeconds(pause)]);
  await test.queue.enqueue({ ...job, payload: { from: 'again' } });
  const rows = await test.database.query('select payload, attempts from graphile_worker._private_jobs');
  expect(rows).toEqual([{ payload: { from: left }, attempts: left === 'again' ? 0 : 9 }]);
});

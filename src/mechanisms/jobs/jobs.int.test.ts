import { createLeases } from '../leases';
import type { Leases } from '../leases';
import { createLogger } from '../observability';
import { until } from '../pubsub/testing';
import type { JobQueue, JobRunner, Tasks } from '.';
import { startJobRunner, unlockJobsOfDeadProcesses } from '.';
import type { TestJobs } from './testing';
import { createTestJobs } from './testing';

const log = createLogger({ level: 'silent' });

describe('jobs', () => {
  let test: TestJobs;
  let queue: JobQueue;
  let runners: JobRunner[] = [];
  let leases: Leases[] = [];

  const run = async (
    tasks: Tasks,
    { holder = 'worker', leaseMs = 60_000, concurrency = 4 } = {},
  ): Promise<JobRunner> => {
    const mine = createLeases({ database: test.database, holder, leaseMs, log });
    leases.push(mine);
    const runner = await startJobRunner({ database: test.database, tasks, concurrency, leases: mine, log });
    runners.push(runner);
    return runner;
  };
  beforeAll(async () => {
    test = await createTestJobs();
    ({ queue } = test);
  });
  afterEach(async () => {
    await Promise.all(runners.map((runner) => runner.stop()));
    await Promise.all(leases.map((mine) => mine.close()));
    [runners, leases] = [[], []];
    await test.database.query('delete from graphile_worker._private_jobs');
    await test.database.query('delete from lease');
  });
  afterAll(() => test.drop());

  it('gives the task its payload as stored', async () => {
    const got: unknown[] = [];
    await run({ note: async (payload) => void got.push(payload) });
    await queue.enqueue({ task: 'note', key: '1', payload: { title: 'Heat', nested: [1, null] } });
    await until(() => got.length);
    expect(got).toEqual([{ title: 'Heat', nested: [1, null] }]);
  });

  it('is one job for one key, the later replacing the earlier', async () => {
    const got: unknown[] = [];
    const later = new Date(Date.now() + 3_600_000);
    await queue.enqueue({ task: 'note', key: 'same', runAt: later, payload: { n: 1 } });
    await queue.enqueue({ task: 'note', key: 'same', payload: { n: 2 } });
    await queue.enqueue({ task: 'note', key: 'not yet', runAt: later, payload: { n: 3 } });
    await run({ note: async (payload) => void got.push(payload) });
    await until(() => got.length);
    expect(got).toEqual([{ n: 2 }]);
    await until(async () => (await test.jobs()).length === 1);
  });

  it('runs the jobs of one queue one after another', async () => {
    let now = 0;
    let most = 0;
    let done = 0;
    const tasks: Tasks = {
      async note() {
        most = Math.max(most, (now += 1));
        await new Promise((resolve) => setTimeout(resolve, 20));
        now -= 1;
        done += 1;
      },
    };
    for (let n = 0; n < 5; n += 1) await queue.enqueue({ task: 'note', key: `${n}`, queue: 'serial', payload: {} });
    await run(tasks);
    await until(() => done === 5);
    expect(most).toBe(1);
  });

  it('tries again when the task throws, as often as the job says', async () => {
    let tries = 0;
    await run({
      async note() {
        tries += 1;
        throw new Error('a bug');
      },
    });
    await queue.enqueue({ task: 'note', key: '1', maxAttempts: 1, payload: {} });
    const failed = await until(async () => {
      const [row] = await test.database.query<{ attempts: number; last_error: string }>(
        'select attempts, last_error from graphile_worker.jobs where last_error is not null',
      );
      return row;
    });
    expect(failed).toMatchObject({ attempts: 1, last_error: expect.stringContaining('a bug') });
    expect(tries).toBe(1);
  });

  it('stopping waits for what runs and takes nothing more', async () => {
    let started = false;
    let finished = false;
    let finish = (): void => undefined;
    const tasks: Tasks = {
      async note() {
        started = true;
        await new Promise<void>((resolve) => (finish = resolve));
        finished = true;
      },
    };
    const runner = await run(tasks, { concurrency: 1 }); // a second worker that is just looking may still take the job that comes now
    await queue.enqueue({ task: 'note', key: '1', payload: {} });
    await until(() => started);
    let stopped = false;
    const stopping = runner.stop().then(() => (stopped = true));
    runners = [];
    await queue.enqueue({ task: 'note', key: '2', payload: {} });
    await new Promise(setImmediate);
    expect(stopped).toBe(false);
    finish();
    await stopping;
    expect(finished).toBe(true);
    expect(await test.jobs()).toEqual([{ key: '2', locked_by: null }]);
  });

  it('goes on by itself when the database ends all its sessions while a job runs; that job may run again', async () => {
    const done: number[] = [];
    let finish: (() => void) | undefined;
    await run({
      async note(payload) {
        if (!finish) await new Promise<void>((resolve) => (finish = resolve));
        done.push((payload as { n: number }).n);
      },
    });
    await queue.enqueue({ task: 'note', key: '1', payload: { n: 1 } });
    await until(() => finish);
    const sessions = await test.owner.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'medianest_app'`,
    );
    expect(sessions.length).toBeGreaterThan(0);
    finish?.();
    await until(async () => (await test.owner.query('select 1 from graphile_worker.jobs')).length === 0);
    await test.owner.query(`select graphile_worker.add_job('note', '{"n":2}')`);
    await until(() => done.includes(2));
    expect(done).toContain(1);
  });

  describe('of a process that is gone', () => {
    /** What a killed worker leaves: its job and its queue locked, its lease running out. */
    const abandon = async (pool: string, lockedFor: string, of = 'serial'): Promise<void> => {
      await queue.enqueue({ task: 'note', key: pool, queue: of, payload: {} });
      await test.database.query(
        `update graphile_worker._private_jobs set locked_by = $1, locked_at = now() - $2::interval, attempts = 1 where key = $1`,
        [pool, lockedFor],
      );
      await test.database.query(
        `update graphile_worker._private_job_queues set locked_by = $1, locked_at = now() - $2::interval where queue_name = $3`,
        [pool, lockedFor, of],
      );
    };
    const loseJobs = () => test.database.query('delete from graphile_worker._private_jobs');
    const lockedQueues = () =>
      test.database.query('select queue_name from graphile_worker._private_job_queues where locked_by is not null');
    const lease = (pool: string, expiresIn: string) =>
      test.database.query(
        `insert into lease (name, holder, epoch, expires_at, worker_pool_id) values ('process:' || $1, $1, 1, now() + $2::interval, $1)`,
        [pool, expiresIn],
      );

    it('are unlocked, and those of the living are not', async () => {
      await abandon('dead', '1 minute');
      await abandon('forgotten', '1 minute');
      await abandon('living', '1 minute');
      await abandon('just begun', '1 s');
      await lease('dead', '-1 s');
      await lease('living', '10 s');
      expect((await unlockJobsOfDeadProcesses(test.database, 15_000)).sort()).toEqual(['dead', 'forgotten']);
      expect(await test.jobs()).toEqual([
        { key: 'dead', locked_by: null },
        { key: 'forgotten', locked_by: null },
        { key: 'living', locked_by: 'living' },
        { key: 'just begun', locked_by: 'just begun' },
      ]);
      expect(await test.database.query('select name from lease')).toEqual([{ name: 'process:living' }]);
      expect(await unlockJobsOfDeadProcesses(test.database, 15_000)).toEqual([]);
    });

    it('are run by another, their queue too', async () => {
      await abandon('dead', '1 minute');
      await lease('dead', '-1 s');
      let ran = 0;
      await run({ note: async () => void (ran += 1) }, { leaseMs: 300 });
      await until(() => ran);
    });

    it('leave no queue behind when somebody else has finished their job, also not that of a living process', async () => {
      await abandon('living', '1 minute');
      await lease('living', '10 s');
      await unlockJobsOfDeadProcesses(test.database, 15_000);
      expect(await lockedQueues()).toHaveLength(1);
      await loseJobs(); // as who was frozen in it does, by its id
      await unlockJobsOfDeadProcesses(test.database, 15_000);
      expect(await lockedQueues()).toEqual([]);
    });

    it('are unlocked also where it holds the queue of a lost one', async () => {
      await abandon('dead', '1 minute', 'of a lost one');
      await loseJobs();
      await abandon('dead', '1 minute');
      expect(await unlockJobsOfDeadProcesses(test.database, 15_000)).toEqual(['dead']);
      expect(await test.jobs()).toEqual([{ key: 'dead', locked_by: null }]);
      expect(await lockedQueues()).toEqual([]);
    });

    it('are not those of a worker that runs for longer than a lease', async () => {
      let ran = 0;
      let finish = (): void => undefined;
      const tasks: Tasks = {
        async note() {
          ran += 1;
          await new Promise<void>((resolve) => (finish = resolve));
        },
      };
      await run(tasks, { holder: 'a', leaseMs: 200, concurrency: 1 });
      await queue.enqueue({ task: 'note', key: '1', payload: {} });
      await until(() => ran);
      const [lock] = await test.database.query<{ locked_by: string }>('select locked_by from graphile_worker.jobs');
      expect(await test.database.query('select worker_pool_id as locked_by from lease')).toEqual([lock]);
      await test.database.query(`update graphile_worker._private_jobs set locked_at = now() - interval '1 minute'`);
      expect(await unlockJobsOfDeadProcesses(test.database, 200)).toEqual([]);
      finish();
    });

    it('a process whose lease was taken away answers for its pool again', async () => {
      await run({ note: async () => undefined }, { leaseMs: 200 });
      await test.database.query('delete from lease');
      await until(
        async () => (await test.database.query('select 1 from lease where worker_pool_id is not null')).length,
      );
    });

    it('also when that fails at first', async () => {
      const mine = createLeases({ database: test.database, holder: 'worker', leaseMs: 200, log });
      leases.push(mine);
      let asked = 0;
      const failsOnce: Leases = {
        ...mine,
        acquire: (...wanted) => (++asked === 2 ? Promise.reject(new Error('a blip')) : mine.acquire(...wanted)),
      };
      runners.push(
        await startJobRunner({ database: test.database, tasks: {}, concurrency: 1, leases: failsOnce, log }),
      );
      await test.database.query('delete from lease');
      await until(async () => (await test.database.query('select 1 from lease')).length);
    });
  });
});

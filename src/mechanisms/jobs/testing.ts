import { createLogger } from '../observability';
import type { TestDatabase } from '../postgres/testing';
import { createTestDatabase } from '../postgres/testing';
import type { JobQueue } from '.';
import { createJobQueue, migrateJobs } from '.';

/** A database with graphile-worker's schema, its queue, and what waits or runs there, in the order of enqueueing. */
export interface TestJobs extends TestDatabase {
  queue: JobQueue;
  jobs(): Promise<{ key: string; locked_by: string | null }[]>;
}

export async function createTestJobs(): Promise<TestJobs> {
  const test = await createTestDatabase();
  await migrateJobs({ database: test.database, log: createLogger({ level: 'silent' }) });
  return {
    ...test,
    queue: createJobQueue(test),
    jobs: () => test.database.query('select key, locked_by from graphile_worker.jobs order by id'),
  };
}

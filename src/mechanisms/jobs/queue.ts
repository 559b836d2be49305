import type { Queryable } from '../postgres';
import type { JobQueue } from './job';

/** Jobs are rows of graphile-worker: written with the caller's transaction, or gone with it. */
export function createJobQueue({ database }: { database: Queryable }): JobQueue {
  return {
    async enqueue({ task, key, queue, runAt, keepRunAt, maxAttempts, payload }, tx = database) {
      await tx.query(
        `select 1 from graphile_worker.add_job($1, $2::json, queue_name => $3, run_at => $4::timestamptz,
           max_attempts => $5::int, job_key => $6, job_key_mode => $7)`,
        [
          task,
          JSON.stringify(payload),
          queue ?? null,
          runAt ?? null,
          maxAttempts ?? null,
          key,
          keepRunAt ? 'preserve_run_at' : 'replace',
        ],
      );
    },
  };
}

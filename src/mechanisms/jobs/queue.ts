import type { Queryable } from '../postgres';
import type { JobQueue } from './job';

/** Jobs are rows of graphile-worker: written with the caller's transaction, or gone with it. */
export function createJobQueue({ database }: { database: Queryable }): JobQueue {
  return {
    async enqueue({ task, key, queue, runAt, unlessWaiting = false, maxAttempts, payload }, tx = database) {
      await tx.query(
        `select (graphile_worker.add_job($1, $2::json, queue_name => $3, run_at => $4::timestamptz, max_attempts => $5::int, job_key => $6)).id
         where not ($7 and exists (
           select from graphile_worker.jobs where key = $6 and locked_at is null and attempts < max_attempts))`,
        [task, JSON.stringify(payload), queue ?? null, runAt ?? null, maxAttempts ?? null, key, unlessWaiting],
      );
    },
  };
}

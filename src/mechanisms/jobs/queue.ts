import type { Preparing } from '../postgres';
import type { JobQueue } from './job';

/** After it has thrown some times graphile-worker lets a job wait for up to six hours; what it failed for is over sooner. */
const LONGEST_PAUSE = '5 minutes';
const ENQUEUE = {
  name: 'enqueue_jobs',
  text: `select (graphile_worker.add_job(task, payload, queue_name => queue, run_at => "runAt", priority => priority, max_attempts => "maxAttempts", job_key => key)).id
    from json_to_recordset($1) as job (task text, key text, queue text, "runAt" timestamptz, priority int, "unlessWaiting" boolean, "maxAttempts" int, payload json)
    where "unlessWaiting" is not true or not exists (
      select from graphile_worker.jobs where jobs.key = job.key and jobs.priority <= coalesce(job.priority, 0) and locked_at is null and attempts < max_attempts
        and (attempts = 0 or run_at < coalesce(job."runAt", now()) + interval '${LONGEST_PAUSE}'))`,
};

/** Jobs are rows of graphile-worker: written with the caller's transaction, or gone with it. */
export function createJobQueue({ database }: { database: Preparing }): JobQueue {
  return {
    async enqueue(jobs, tx = database) {
      await tx.prepared(ENQUEUE, [JSON.stringify([jobs].flat())]);
    },
  };
}

import type { Queryable } from '../postgres';

/**
 * Gives back the jobs of worker pools that no living process answers for, which graphile-worker itself would keep locked for four hours.
 * A pool is recorded a moment after it began to take jobs: those younger than a lease are left alone. Answers with the pools.
 *
 * A queue is given back, too, when its holder has no job of it any more: somebody who was frozen finished that job by its id, and to finish it again
 * frees no queue, so that not even a living holder can.
 */
export async function unlockJobsOfDeadProcesses(database: Queryable, leaseMs: number): Promise<string[]> {
  const [row] = await database.query<{ pools: string[] | null }>(
    `with expired as (
       delete from lease where name like 'process:%' and expires_at <= now()
     ), dead as (
       select distinct locked_by as pool from graphile_worker.jobs
       where locked_at < now() - $1::float8 * interval '1 ms'
         and not exists (select from lease where worker_pool_id = locked_by and expires_at > now())
     ), ownerless as (
       update graphile_worker._private_job_queues as queue set locked_by = null, locked_at = null
       where locked_at < now() - $1::float8 * interval '1 ms'
         and not exists (select from graphile_worker._private_jobs as job where job.job_queue_id = queue.id and job.locked_by = queue.locked_by)
     )
     select pools, graphile_worker.force_unlock_workers(pools) from (select array_agg(pool) as pools from dead) as gone`,
    [leaseMs],
  );
  return row?.pools ?? [];
}

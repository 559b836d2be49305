import type { Queryable } from '../postgres';

/** Ends the locks that nobody ends any more, and graphile-worker itself only after four hours. Answers with the pools that are gone. */
export async function unlockJobsOfDeadProcesses(database: Queryable, leaseMs: number): Promise<string[]> {
  const pools = await unlockDeadPools(database, leaseMs);
  // A statement of its own: one that changes a row twice fails as a whole, and a dead pool may have held such a queue, too.
  await unlockOwnerlessQueues(database, leaseMs);
  return pools;
}

/**
 * Gives back the jobs and the queues of worker pools that no living process answers for. A pool is recorded a moment after it began to take jobs:
 * those younger than a lease are left alone.
 */
async function unlockDeadPools(database: Queryable, leaseMs: number): Promise<string[]> {
  const [row] = await database.query<{ pools: string[] | null }>(
    `with expired as (
       delete from lease where name like 'process:%' and expires_at <= now()
     ), dead as (
       select distinct locked_by as pool from graphile_worker.jobs
       where locked_at < now() - $1::float8 * interval '1 ms'
         and not exists (select from lease where worker_pool_id = locked_by and expires_at > now())
     )
     select pools, graphile_worker.force_unlock_workers(pools) from (select array_agg(pool) as pools from dead) as gone`,
    [leaseMs],
  );
  return row?.pools ?? [];
}

/**
 * Gives back a queue whose holder has no job of it any more: the job was lost, or somebody who was frozen finished it by its id. To finish it again
 * frees no queue, so that not even a living holder can.
 */
async function unlockOwnerlessQueues(database: Queryable, leaseMs: number): Promise<void> {
  await database.query(
    `update graphile_worker._private_job_queues as queue set locked_by = null, locked_at = null
     where locked_at < now() - $1::float8 * interval '1 ms'
       and not exists (select from graphile_worker._private_jobs as job where job.job_queue_id = queue.id and job.locked_by = queue.locked_by)`,
    [leaseMs],
  );
}

import { EventEmitter } from 'node:events';
import type { Runner, WorkerEvents } from 'graphile-worker';
import { run } from 'graphile-worker';
import type { Leases } from '../leases';
import { processLease } from '../leases';
import type { Logger } from '../observability';
import type { PostgresDatabase } from '../postgres';
import { createDoorbell } from '../pubsub';
import { unlockJobsOfDeadProcesses } from './dead-processes';
import type { Tasks } from './job';
import { createWorkerLogger } from './worker-logger';

export interface JobRunnerParts {
  /** Its pool serves the workers and one LISTEN: have at least `concurrency` + 2 connections. */
  database: PostgresDatabase;
  tasks: Tasks;
  concurrency: number;
  leases: Leases;
  log: Logger;
}

export interface JobRunner {
  /** Takes no more jobs and waits for those that run. */
  stop(): Promise<void>;
}

/** A notification starts a job at once; this finds those whose time has come, and the next one of a queue that was busy when it was looked at. */
const POLL_MS = 250;
const RESTART_MS = 1_000;

/**
 * Finished jobs are written off through graphile-worker's batches, though of one: only these retry while the database is away, and only these
 * are waited for by a shutdown. Without them a failed write is an unhandled rejection, which ends the process.
 */
const FINISHING = { completeJobBatchDelay: 0, failJobBatchDelay: 0 };

/** Runs jobs until stopped. graphile-worker's pool gives up after a longer absence of the database: it is then started anew. */
export async function startJobRunner(parts: JobRunnerParts): Promise<JobRunner> {
  const { leases, log } = parts;
  const bell = createDoorbell();
  let stopping = false;
  let runner: Runner | undefined = await startWorkerPool(parts);
  const keepRunning = async (): Promise<void> => {
    while (!stopping) {
      try {
        runner ??= await startWorkerPool(parts);
        if (stopping) await runner.stop();
        await runner.promise;
      } catch (error) {
        log.error({ err: error }, 'the job workers stopped; starting them again');
      }
      runner = undefined;
      if (!stopping) await bell.wait(RESTART_MS);
    }
  };
  const running = keepRunning();
  const janitor = setInterval(() => void unlock(parts), leases.leaseMs);
  return {
    async stop() {
      stopping = true;
      clearInterval(janitor);
      bell.ring();
      await runner?.stop().catch((error: unknown) => log.warn({ err: error }, 'the job workers did not stop cleanly'));
      await running;
    },
  };
}

async function startWorkerPool({ database, tasks, concurrency, leases, log }: JobRunnerParts): Promise<Runner> {
  const events: WorkerEvents = new EventEmitter();
  let poolId = '';
  events.on('pool:create', ({ workerPool }) => (poolId = workerPool.id));
  const runner = await run({
    pgPool: database.pool,
    taskList: Object.fromEntries(Object.entries(tasks).map(([name, task]) => [name, (payload) => task(payload)])),
    parsedCronItems: [],
    concurrency,
    pollInterval: POLL_MS,
    noHandleSignals: true,
    preset: { worker: FINISHING },
    logger: createWorkerLogger(log),
    events,
  });
  runner.promise.catch(() => undefined); // awaited by the caller, a moment later
  try {
    await answerFor(poolId, leases, log);
    return runner;
  } catch (error) {
    await runner.stop();
    throw error;
  }
}

/** As long as this lease lives, the jobs that the pool has locked are nobody else's. */
async function answerFor(workerPoolId: string, leases: Leases, log: Logger): Promise<void> {
  const onLost = (): void => {
    answerFor(workerPoolId, leases, log).catch((error: unknown) =>
      log.warn({ err: error }, 'this process has no lease; others may take over its jobs'),
    );
  };
  await leases.acquire(processLease(leases.holder), { workerPoolId, onLost });
}

async function unlock({ database, leases, log }: JobRunnerParts): Promise<void> {
  try {
    const pools = await unlockJobsOfDeadProcesses(database, leases.leaseMs);
    if (pools.length > 0) log.warn({ pools }, 'gave back the jobs of workers that are gone');
  } catch (error) {
    log.warn({ err: error }, 'could not look for jobs of workers that are gone');
  }
}

import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Runner, TaskList, WorkerEvents } from 'graphile-worker';
import { run } from 'graphile-worker';
import type { Leases } from '../leases';
import { processLease } from '../leases';
import type { Logger, Metrics } from '../observability';
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
  /** Counts the jobs. */
  metrics?: Metrics;
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
 * Finished jobs are written off through graphile-worker's batches, though of one: only those are waited for by a shutdown, and only a failure
 * of those is caught. Otherwise it is an unhandled rejection, which ends the process.
 */
const FINISHING = { completeJobBatchDelay: 0, failJobBatchDelay: 0 };

interface RunningPool {
  id: string;
  runner: Runner;
}

/**
 * Runs jobs until stopped. graphile-worker's pool ends itself when it cannot write off a job: another one is started, and runs what the first
 * has left locked once more.
 */
export async function startJobRunner(parts: JobRunnerParts): Promise<JobRunner> {
  const { database, leases, log } = parts;
  const bell = createDoorbell();
  let stopping = false;
  let pool = await startWorkerPool(parts);
  const startAnother = async (): Promise<void> => {
    await database.query('select graphile_worker.force_unlock_workers($1::text[])', [[pool.id]]);
    pool = await startWorkerPool(parts);
    if (stopping) await pool.runner.stop();
  };
  const keepRunning = async (): Promise<void> => {
    await ended(pool, log);
    while (!stopping) {
      await bell.wait(RESTART_MS);
      if (stopping) return;
      await startAnother().then(
        () => ended(pool, log),
        (error: unknown) => log.error({ err: error }, 'the job workers could not be started again'),
      );
    }
  };
  const running = keepRunning();
  const janitor = setInterval(() => void unlock(parts), leases.leaseMs);
  return {
    async stop() {
      stopping = true;
      clearInterval(janitor);
      bell.ring();
      await pool.runner.stop().catch(() => undefined); // it has ended by itself, and told why
      await running;
    },
  };
}

async function ended({ runner }: RunningPool, log: Logger): Promise<void> {
  await runner.promise.catch((error: unknown) => log.error({ err: error }, 'the job workers stopped'));
}

async function startWorkerPool(parts: JobRunnerParts): Promise<RunningPool> {
  const { database, concurrency, leases, log } = parts;
  const events: WorkerEvents = new EventEmitter();
  let id = '';
  events.on('pool:create', ({ workerPool }) => (id = workerPool.id));
  const runner = await run({
    pgPool: database.pool,
    taskList: taskListOf(parts),
    parsedCronItems: [],
    concurrency,
    pollInterval: POLL_MS,
    noHandleSignals: true,
    preset: { worker: FINISHING },
    logger: createWorkerLogger(log),
    events,
  });
  const ending = new AbortController();
  const onEnd = (): void => ending.abort();
  runner.promise.then(onEnd, onEnd); // a failure is told to the caller, who awaits it a moment later
  try {
    await answerFor(id, { leases, log, signal: ending.signal });
    return { id, runner };
  } catch (error) {
    await runner.stop();
    throw error;
  }
}

/** The tasks, timed. */
function taskListOf({ tasks, metrics }: JobRunnerParts): TaskList {
  const seconds = metrics?.histogram({
    name: 'medianest_job_seconds',
    help: 'Runs of jobs.',
    labels: ['task', 'outcome'],
  });
  return Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [
      name,
      async (payload) => {
        const startedAt = performance.now();
        let outcome = 'FAILED';
        try {
          await task(payload);
          outcome = 'OK';
        } finally {
          seconds?.observe({ task: name, outcome }, (performance.now() - startedAt) / 1_000);
        }
      },
    ]),
  );
}

interface Answering {
  leases: Leases;
  log: Logger;
  /** The pool has ended; another one may have the lease now. */
  signal: AbortSignal;
}

/** As long as this lease lives, the jobs that the pool has locked are nobody else's. */
async function answerFor(workerPoolId: string, answering: Answering): Promise<void> {
  const { leases } = answering;
  const onLost = (): void => void answerAgain(workerPoolId, answering);
  await leases.acquire(processLease(leases.holder), { workerPoolId, onLost });
}

async function answerAgain(workerPoolId: string, answering: Answering): Promise<void> {
  const { log, signal } = answering;
  while (!signal.aborted) {
    try {
      return await answerFor(workerPoolId, answering);
    } catch (error) {
      log.warn({ err: error }, 'this process has no lease; others may take over its jobs');
    }
    await delay(RESTART_MS, undefined, { signal }).catch(() => undefined); // only the end of the pool rejects it
  }
}

async function unlock({ database, leases, log }: JobRunnerParts): Promise<void> {
  try {
    const pools = await unlockJobsOfDeadProcesses(database, leases.leaseMs);
    if (pools.length > 0) log.warn({ pools }, 'gave back the jobs of workers that are gone');
  } catch (error) {
    log.warn({ err: error }, 'could not look for jobs of workers that are gone');
  }
}

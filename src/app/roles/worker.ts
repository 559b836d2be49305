import { startJobRunner } from '../../mechanisms/jobs';
import type { House } from '../wiring';

const JOBS_AT_ONCE = 4;

/** Runs jobs: hands requests over, looks after them. */
export async function startWorker({
  foundations,
  requests,
  leases,
  observer,
  log,
}: House): Promise<() => Promise<void>> {
  const runner = await startJobRunner({
    database: foundations.background,
    tasks: requests.tasks,
    concurrency: JOBS_AT_ONCE,
    leases,
    metrics: observer.metrics,
    log: log.child({ component: 'worker' }),
  });
  return () => runner.stop();
}

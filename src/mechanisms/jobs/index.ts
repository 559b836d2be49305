export type { Job, JobQueue, Tasks } from './job';
export { createJobQueue } from './queue';
export { migrateJobs } from './migrate';
export type { JobRunner } from './runner';
export { startJobRunner } from './runner';
export { unlockJobsOfDeadProcesses } from './dead-processes';

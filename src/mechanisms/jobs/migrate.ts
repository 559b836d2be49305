import { runMigrations } from 'graphile-worker';
import type { Logger } from '../observability';
import type { PostgresDatabase } from '../postgres';
import { createWorkerLogger } from './worker-logger';

/** Makes or updates graphile-worker's schema, as the serving role: it owns what it works on. */
export async function migrateJobs({ database, log }: { database: PostgresDatabase; log: Logger }): Promise<void> {
  await runMigrations({ pgPool: database.pool, logger: createWorkerLogger(log) });
}

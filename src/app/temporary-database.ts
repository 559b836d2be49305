import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createEmbeddedPostgres } from '../mechanisms/embedded-postgres';
import { createLogger } from '../mechanisms/observability';
import { APP_ROLE, createDatabase, migrate } from '../mechanisms/postgres';
import type { Queryable } from '../mechanisms/postgres';

/** A database made by the migrations and thrown away after the work. */
export async function withTemporaryDatabase<Result>(work: (owner: Queryable) => Promise<Result>): Promise<Result> {
  // Not there yet: it is made so that the server's user may pass it. Else root's data would lie elsewhere, and stay.
  const folder = path.join(os.tmpdir(), `medianest-catalogue-${randomUUID()}`);
  const log = createLogger({ level: 'silent' });
  const postgres = createEmbeddedPostgres({ dataDir: path.join(folder, 'data'), log });
  try {
    await postgres.start();
    const owner = postgres.urlFor(postgres.connection);
    await migrate({ owner, appRole: { name: APP_ROLE }, log });
    const database = createDatabase({ connection: owner, max: 1, applicationName: 'catalogue', log });
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

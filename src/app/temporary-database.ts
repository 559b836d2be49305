import path from 'node:path';
import { createEmbeddedPostgres, removeTemporary, temporaryFolder } from '../mechanisms/embedded-postgres';
import { createLogger } from '../mechanisms/observability';
import { APP_ROLE, createDatabase, migrate } from '../mechanisms/postgres';
import type { Queryable } from '../mechanisms/postgres';

/** A database made by the migrations and thrown away after the work. */
export async function withTemporaryDatabase<Result>(work: (owner: Queryable) => Promise<Result>): Promise<Result> {
  const folder = temporaryFolder('catalogue');
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
    removeTemporary(folder, postgres);
  }
}

import { removeTemporary } from '../embedded-postgres';
import { createLogger } from '../observability';
import { createDatabase } from '.';
import { TEST_DATABASE } from './testing';
import { running } from './testing-setup';

/** Fails the run when a test kept its database. */
export default async function tearDown(): Promise<void> {
  const { postgres, folder } = running;
  if (!postgres || !folder) return;
  const log = createLogger({ level: 'error' });
  const server = createDatabase({ connection: postgres.connection, max: 1, applicationName: 'test teardown', log });
  const kept = await server.query<{ datname: string }>('select datname from pg_database where datname like $1', [
    `${TEST_DATABASE}%`,
  ]);
  await server.close();
  await postgres.stop();
  removeTemporary(folder, postgres);
  if (kept.length > 0) throw new Error(`databases were not dropped: ${kept.map(({ datname }) => datname).join(', ')}`);
}

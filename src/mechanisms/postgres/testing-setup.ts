import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runMigrations } from 'graphile-worker';
import type { EmbeddedPostgres } from '../embedded-postgres';
import { createEmbeddedPostgres } from '../embedded-postgres';
import { createLogger } from '../observability';
import { APP_ROLE, createDatabase, migrate } from '.';
import { TEMPLATE, TEST_SERVER } from './testing';

/** What the teardown takes from the setup: both run in jest's own process. */
export const running: { postgres?: EmbeddedPostgres; folder?: string } = {};

const FOLDERS = path.join(os.tmpdir(), 'medianest-test-');
const log = createLogger({ level: 'error' });

/** Once per run of jest: one server, and a migrated database that tests clone. The server ends with jest, however jest ends. */
export default async function setUp(): Promise<void> {
  removeAbandoned();
  const folder = `${FOLDERS}${process.pid}`;
  mkdirSync(folder, { mode: 0o755 });
  const postgres = createEmbeddedPostgres({
    dataDir: path.join(folder, 'data'),
    log,
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: 200 },
  });
  Object.assign(running, { postgres, folder });
  await postgres.start();
  await makeTemplate(postgres);
  process.env[TEST_SERVER] = JSON.stringify(postgres.connection); // the workers of jest inherit it
}

async function makeTemplate(postgres: EmbeddedPostgres): Promise<void> {
  const server = createDatabase({ connection: postgres.connection, max: 1, applicationName: 'test setup', log });
  await server.query(`create database ${TEMPLATE}`);
  await migrate({ owner: { ...postgres.connection, database: TEMPLATE }, appRole: { name: APP_ROLE }, log });
  await runMigrations({ connectionString: postgres.urlFor({ user: APP_ROLE, database: TEMPLATE }), logger: undefined });
  await server.close();
}

/** A killed run leaves its folder, though no process. */
function removeAbandoned(): void {
  for (const name of readdirSync(os.tmpdir())) {
    const pid = Number(/^medianest-test-(\d+)$/.exec(name)?.[1]);
    if (pid && !isAlive(pid)) rmSync(path.join(os.tmpdir(), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

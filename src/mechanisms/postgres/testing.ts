import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '../observability';
import type { PostgresDatabase } from './database';
import { createDatabase } from './database';
import { APP_ROLE, MIGRATIONS } from './migrate';

export type { TestCluster } from './testing-cluster';
export { createTestCluster } from './testing-cluster';
export type { PlanNode } from './testing-plans';
export { explain, indexesOf, keptPlansOf, PLAN_ROWS, plansOf, shortcomings } from './testing-plans';

/** The environment variable by which the run's server reaches the tests. */
export const TEST_SERVER = 'MEDIANEST_TEST_SERVER';
export const TEMPLATE = 'medianest_template';
export const TEST_DATABASE = 'test_';

export interface Connection {
  host: string;
  port: number;
  user: string;
  database: string;
}

/** A database of its own for a test file: everything migrated, nothing in it. */
export interface TestDatabase {
  /** As the role that serves. */
  database: PostgresDatabase;
  /** As the superuser. */
  owner: PostgresDatabase;
  /** For what connects by itself: a child process, graphile-worker. */
  connection: { app: Connection; owner: Connection; appUrl: string; ownerUrl: string };
  /** Closes both pools and drops the database; throws when somebody still holds a connection of them, or was connected to it. */
  drop(): Promise<void>;
}

const log = createLogger({ level: 'error' });
/** Connections of a pool that somebody holds. */
export const lentOf = ({ pool }: Pick<PostgresDatabase, 'pool'>): number => pool.totalCount - pool.idleCount;
/** A closed connection is seen by the server a moment later. */
const GOODBYE_MS = 2_000;

/** `migrations`: only so many of them, as an installation of before has it. */
export async function createTestDatabase({ migrations }: { migrations?: number } = {}): Promise<TestDatabase> {
  const superuser = testServer();
  const database = databaseName();
  const server = createDatabase({ connection: superuser, max: 1, applicationName: 'test kit', log });
  await server.query(`create database ${database} template ${migrations === undefined ? TEMPLATE : 'template1'}`);
  await server.query(`grant create, connect, temporary on database ${database} to ${APP_ROLE}`); // a clone has no grants
  const app = { ...superuser, user: APP_ROLE, database };
  const owner = { ...superuser, database };
  if (migrations !== undefined) await applyFirst(migrations, urlOf(owner));
  const pools = {
    database: createDatabase({ connection: app, max: 10, applicationName: 'test', log }),
    owner: createDatabase({ connection: owner, max: 4, applicationName: 'test owner', log }),
  };
  return {
    ...pools,
    connection: { app, owner, appUrl: urlOf(app), ownerUrl: urlOf(owner) },
    async drop() {
      const lent = lentOf(pools.database) + lentOf(pools.owner);
      if (lent > 0) throw new Error(`${lent} connections to ${database} were never given back`);
      await Promise.all([pools.database.close(), pools.owner.close()]);
      const leaked = await sessionsOn(server, database);
      await server.query(`drop database ${database} with (force)`);
      await server.close();
      if (leaked.length > 0) throw new Error(`connections to ${database} were not closed: ${leaked.join(', ')}`);
    },
  };
}

async function applyFirst(count: number, databaseUrl: string): Promise<void> {
  const { runner } = await import('node-pg-migrate');
  await runner({ databaseUrl, dir: MIGRATIONS, migrationsTable: 'pgmigrations', direction: 'up', count, logger: log });
}

function testServer(): Connection {
  const announced = process.env[TEST_SERVER];
  if (!announced) throw new Error('no test server: run through jest, whose globalSetup starts it');
  return JSON.parse(announced);
}

/** Says in every listing which test file it belongs to. */
function databaseName(): string {
  const file = path.basename(expect.getState().testPath ?? '').replace(/[^a-z0-9]+/g, '_');
  return `${TEST_DATABASE}${file.slice(0, 40)}_${randomBytes(4).toString('hex')}`;
}

function urlOf({ host, port, user, database }: Connection): string {
  return `postgres://${user}@/${database}?host=${encodeURIComponent(host)}&port=${port}`;
}

async function sessionsOn(server: PostgresDatabase, database: string): Promise<string[]> {
  const deadline = Date.now() + GOODBYE_MS;
  for (;;) {
    const sessions = await server.query<{ session: string }>(
      `select format('%s (%s)', application_name, left(query, 80)) as session from pg_stat_activity
       where datname = $1 and backend_type = 'client backend'`,
      [database],
    );
    if (sessions.length === 0 || Date.now() > deadline) return sessions.map(({ session }) => session);
    await delay(20);
  }
}

import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createEmbeddedPostgres, removeTemporary, temporaryFolder } from '../src/mechanisms/embedded-postgres';
import type { EmbeddedPostgres } from '../src/mechanisms/embedded-postgres';
import type { EventStore } from '../src/mechanisms/event-store';
import { createPostgresEventStore } from '../src/mechanisms/event-store/postgres';
import { createLogger } from '../src/mechanisms/observability';
import { APP_ROLE, createDatabase, migrate } from '../src/mechanisms/postgres';
import type { PostgresDatabase } from '../src/mechanisms/postgres';

const log = createLogger({ level: 'error' });

export interface PrivatePostgres {
  postgres: EmbeddedPostgres;
  owner: PostgresDatabase;
  store: EventStore;
  /** Of the database that the store is in, as the serving role. */
  servingUrl: string;
}

/** A server of its own with the event store as it is wired, fsync on; gone when the work is done. */
export async function onPrivatePostgres(work: (parts: PrivatePostgres) => Promise<void>): Promise<void> {
  const folder = temporaryFolder('bench');
  const settings = { max_connections: 200 }; // a connection for each writer of pgbench
  const postgres = createEmbeddedPostgres({ dataDir: path.join(folder, 'data'), log, settings });
  try {
    await postgres.start();
    const { connection } = postgres;
    await migrate({ owner: connection, appRole: { name: APP_ROLE }, log });
    const owner = createDatabase({ connection, max: 1, applicationName: 'bench', log });
    const servingUrl = postgres.urlFor({ user: APP_ROLE, database: connection.database });
    const opened = await openStore(servingUrl);
    await work({ postgres, owner, servingUrl, store: opened.store });
    await opened.close();
    await owner.close();
  } finally {
    await postgres.stop();
    removeTemporary(folder, postgres);
  }
}

export async function openStore(url: string) {
  const database = createDatabase({ connection: url, max: 20, applicationName: 'bench', log });
  const store = await createPostgresEventStore({ database, log });
  const close = async () => {
    await store.close();
    await database.close();
  };
  return { database, store, close };
}

/** A pool says that it is closed before its sessions have ended, and one that a stopping server ends is an error nobody takes. */
export async function sessionsEnded(owner: PostgresDatabase, name: string): Promise<void> {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; await pause(50)) {
    const sessions = await owner.query('select 1 from pg_stat_activity where datname = $1', [name]);
    if (sessions.length === 0) return;
  }
}

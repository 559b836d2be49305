import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartupError } from '../errors';
import type { Logger } from '../observability';
import { locateBinaries, usableBinaries } from './binaries';
import { initialise, prepareDataFolder, SUPERUSER } from './data-folder';
import { PORT, waitForFolder } from './postmaster-pid';
import type { Identity } from './privileges';
import { giveTo } from './privileges';
import type { ServerProcess } from './server-process';
import { startServer } from './server-process';

export interface EmbeddedPostgresOptions {
  /** Holds the database files, nothing else; made when missing. */
  dataDir: string;
  log: Logger;
  /** PostgreSQL settings beyond ours, or instead of them. */
  settings?: Record<string, string | number>;
  /** The server had died and is back; connections of before are broken. */
  onRestart?(): void;
}

/** A real PostgreSQL of our own: one private unix socket, no port, gone when our process is gone, back when it dies itself. */
export interface EmbeddedPostgres {
  /** Throws StartupError saying what to do when the folder cannot be used. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** For the superuser, who migrates. */
  readonly connection: { host: string; port: number; user: string; database: string };
  urlFor(who: { user: string; database: string }): string;
}

/** Durable (fsync stays on), and small: it shares the machine with Plex. */
const SETTINGS = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: 100,
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  max_parallel_workers_per_gather: 0,
  logging_collector: 'off',
  log_line_prefix: '',
  log_checkpoints: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

export function createEmbeddedPostgres({
  dataDir,
  log,
  settings,
  onRestart,
}: EmbeddedPostgresOptions): EmbeddedPostgres {
  const wanted = path.resolve(dataDir);
  const socketDir = socketFolder(wanted);
  const connection = { host: socketDir, port: PORT, user: SUPERUSER, database: 'postgres' };
  let server: ServerProcess | undefined;
  let supervision: Promise<void> = Promise.resolve();
  let stopping = new AbortController();

  async function launch(): Promise<ServerProcess> {
    const folder = prepareDataFolder(wanted, (message) => log.warn(message));
    const binaries = locateBinaries();
    const bin = usableBinaries(binaries, folder.identity, path.dirname(folder.path));
    if (initialise(folder, bin, binaries)) log.info({ folder: folder.path }, 'made a new database');
    makeSocketFolder(socketDir, folder.identity);
    await waitForFolder(folder.path, socketDir);
    return startServer({
      bin,
      folder: folder.path,
      identity: folder.identity,
      settings: { ...SETTINGS, ...settings, unix_socket_directories: socketDir },
      onLine: (line) => log.debug(line),
    });
  }

  async function relaunch({ signal }: AbortController): Promise<ServerProcess | undefined> {
    for (let wait = FIRST_RETRY_MS; !signal.aborted; wait = Math.min(wait * 2, LAST_RETRY_MS)) {
      try {
        return await launch();
      } catch (error) {
        log.error({ err: error, retryInMs: wait }, 'the embedded PostgreSQL does not come back yet');
        await delay(wait, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }
    return undefined;
  }

  async function supervise(until: AbortController): Promise<void> {
    while (server) {
      await server.exited;
      if (until.signal.aborted) return;
      log.error('the embedded PostgreSQL died; starting it again');
      server = await relaunch(until);
      if (until.signal.aborted) return server?.stop();
      log.warn('the embedded PostgreSQL is back');
      onRestart?.();
    }
  }

  return {
    connection,
    urlFor: ({ user, database }) =>
      `postgres://${user}@/${database}?host=${encodeURIComponent(socketDir)}&port=${PORT}`,
    async start() {
      server = await launch();
      stopping = new AbortController();
      supervision = supervise(stopping);
    },
    async stop() {
      stopping.abort();
      await server?.stop();
      await supervision;
      server = undefined;
    },
  };
}

/** A socket's path has at most 107 bytes (103 on macOS), so it cannot lie in the data folder; its name follows from that folder. */
function socketFolder(dataDir: string): string {
  const name = `medianest-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`;
  const inTmp = path.join(os.tmpdir(), name);
  return inTmp.length < 80 && process.getuid?.() !== 0 ? inTmp : path.join('/tmp', name);
}

/** /tmp is everybody's: what lies there under our name must be a folder, of the server's user or ours, closed to others. */
function makeSocketFolder(folder: string, identity: Identity): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stat = lstatSync(folder);
  const self = process.getuid?.();
  if (!stat.isDirectory() || ![identity.uid ?? self, self].includes(stat.uid)) {
    throw new StartupError(`${folder} belongs to somebody else (uid ${stat.uid}): remove it`);
  }
  giveTo(identity, folder);
  chmodSync(folder, 0o700);
}

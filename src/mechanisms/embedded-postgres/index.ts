import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { StartupError } from '../errors';
import type { Logger } from '../observability';
import { locateBinaries, usableBinaries } from './binaries';
import { initialise, prepareDataFolder, SUPERUSER } from './data-folder';
import { isServerOf, PORT, readPostmaster, waitForFolder } from './postmaster-pid';
import type { Identity } from './privileges';
import { giveTo } from './privileges';
import type { ServerOptions, ServerProcess } from './server-process';
import { startServer } from './server-process';
import { createSupervisor } from './supervisor';

export { removeTemporary, temporaryFolder } from './temporary-folder';

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
export interface EmbeddedPostgres extends Address {
  /** Throws StartupError saying what to do when the folder cannot be used. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Where such a server listens. */
export interface Address {
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
  wal_buffers: '16MB', // the 2 MB that go with those buffers are full at once: who writes much would wait for every flush
  max_wal_size: '256MB',
  max_parallel_workers_per_gather: 0,
  io_method: 'sync', // what is read is in the system's cache: processes of their own to fetch it cost more than they save
  logging_collector: 'off',
  log_line_prefix: '',
  log_checkpoints: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

export function createEmbeddedPostgres(options: EmbeddedPostgresOptions): EmbeddedPostgres {
  const { dataDir, log, settings, onRestart } = options;
  const wanted = path.resolve(dataDir);
  const socketDir = socketFolder(wanted);
  let server: ServerOptions;

  function prepare(): ServerOptions {
    const folder = prepareDataFolder(wanted, (message) => log.warn(message));
    const binaries = locateBinaries();
    const bin = usableBinaries(binaries, folder.identity, path.dirname(folder.path));
    if (initialise(folder, bin, binaries)) log.info({ folder: folder.path }, 'made a new database');
    return {
      bin,
      folder: folder.path,
      identity: folder.identity,
      settings: { ...SETTINGS, ...settings, unix_socket_directories: socketDir },
      onLine: (line) => (line.startsWith('PANIC') ? log.error(line) : log.debug(line)),
    };
  }

  async function launch(): Promise<ServerProcess> {
    await waitForFolder(server.folder, socketDir);
    makeSocketFolder(socketDir, server.identity);
    try {
      return await startServer(server);
    } catch (error) {
      if (existsSync(socketDir)) throw error;
      return launch(); // who stopped just before us took its empty folder away
    }
  }

  const supervisor = createSupervisor({ launch, log, onRestart });
  return {
    ...addressOf(socketDir),
    async start() {
      server = prepare();
      await supervisor.start();
    },
    async stop() {
      await supervisor.stop();
      removeSocketFolder(socketDir);
    },
  };
}

/** The server that somebody else runs on this folder right now. */
export function findRunning(dataDir: string): Address | undefined {
  const wanted = path.resolve(dataDir);
  const postmaster = readPostmaster(wanted);
  const runs = postmaster?.status === 'ready' && isServerOf(wanted, postmaster.pid);
  return runs ? addressOf(socketFolder(wanted)) : undefined;
}

/** Whether a database was ever made there. */
export function isMade(dataDir: string): boolean {
  return existsSync(path.join(dataDir, 'PG_VERSION'));
}

function addressOf(socketDir: string): Address {
  return {
    connection: { host: socketDir, port: PORT, user: SUPERUSER, database: 'postgres' },
    urlFor: ({ user, database }) =>
      `postgres://${user}@/${database}?host=${encodeURIComponent(socketDir)}&port=${PORT}`,
  };
}

/**
 * A socket's path has at most 107 bytes (103 on macOS), so it cannot lie in the data folder. Its name follows from that folder alone, so that
 * another process, whatever its TMPDIR, finds it.
 */
function socketFolder(dataDir: string): string {
  return `/tmp/medianest-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`;
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

/** Unless somebody has a socket in it again. */
function removeSocketFolder(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // it is in use, or gone
  }
}

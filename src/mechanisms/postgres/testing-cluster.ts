import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { EmbeddedPostgres } from '../embedded-postgres';
import { createEmbeddedPostgres, removeTemporary } from '../embedded-postgres';
import { createLogger } from '../observability';
import { APP_ROLE, createDatabase, migrate } from '.';
import type { PostgresDatabase } from '.';

export interface TestNode {
  /** As the role that serves. */
  appUrl: string;
  ownerUrl: string;
  /** As the superuser. */
  owner: PostgresDatabase;
  /** SIGKILL to the server; it comes back by itself. */
  kill(): void;
  /** SIGSTOP to all its processes; gives what lets them go on. */
  freeze(): () => void;
}

/** A migrated primary and its streaming replicas. */
export interface TestCluster {
  primary: TestNode;
  replicas: TestNode[];
  drop(): Promise<void>;
}

const log = createLogger({ level: 'silent' });
/** `show cluster_name` tells which one answers: primary, replica-1, … */
const SETTINGS = { cluster_name: 'primary', fsync: 'off', full_page_writes: 'off', shared_buffers: '16MB' };

export interface TestClusterOptions {
  replicas: number;
  /** Of all its servers, in the place of what makes tests quick. */
  settings?: Record<string, string>;
}

export async function createTestCluster({ replicas, settings = {} }: TestClusterOptions): Promise<TestCluster> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'medianest-cluster-'));
  chmodSync(folder, 0o755);
  const primaryDir = path.join(folder, 'primary');
  const common = { ...SETTINGS, ...settings };
  const primary = createEmbeddedPostgres({ dataDir: primaryDir, log, settings: common });
  await primary.start();
  await migrate({ owner: primary.urlFor(primary.connection), appRole: { name: APP_ROLE }, log });
  await primary.stop(); // a copy of a folder in use would be torn
  const { host, port, user } = primary.connection;
  const standbys = Array.from({ length: replicas }, (_, index) => {
    const dataDir = path.join(folder, `replica-${index + 1}`);
    copyAsStandby(primaryDir, dataDir);
    const following = {
      cluster_name: `replica-${index + 1}`,
      primary_conninfo: `host=${host} port=${port} user=${user}`,
      wal_retrieve_retry_interval: '200ms',
    };
    return { dataDir, server: createEmbeddedPostgres({ dataDir, log, settings: { ...common, ...following } }) };
  });
  const all = [{ dataDir: primaryDir, server: primary }, ...standbys];
  for (const { server } of all) await server.start();
  const [first, ...rest] = all.map(({ dataDir, server }) => nodeOf(dataDir, server));
  return {
    primary: first!,
    replicas: rest,
    async drop() {
      await Promise.all([first!, ...rest].map(({ owner }) => owner.close()));
      for (const { server } of all.toReversed()) await server.stop();
      removeTemporary(folder, ...all.map(({ server }) => server));
    },
  };
}

function copyAsStandby(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to]);
  const signal = path.join(to, 'standby.signal');
  const { uid, gid } = statSync(to);
  writeFileSync(signal, '');
  chownSync(signal, uid, gid);
}

function nodeOf(dataDir: string, server: EmbeddedPostgres): TestNode {
  const ownerUrl = server.urlFor(server.connection);
  const postmaster = () => Number(readFileSync(path.join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
  return {
    appUrl: server.urlFor({ user: APP_ROLE, database: server.connection.database }),
    ownerUrl,
    owner: createDatabase({ connection: ownerUrl, max: 2, applicationName: 'test owner', log }),
    kill: () => void process.kill(postmaster(), 'SIGKILL'),
    freeze() {
      const pids = [postmaster(), ...childrenOf(postmaster())];
      for (const pid of pids) process.kill(pid, 'SIGSTOP');
      return () => pids.forEach((pid) => process.kill(pid, 'SIGCONT'));
    },
  };
}

function childrenOf(parent: number): number[] {
  const parentOf = (pid: string) => {
    try {
      return Number(
        readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ')[1],
      );
    } catch {
      return undefined; // gone meanwhile
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
    .map(Number);
}

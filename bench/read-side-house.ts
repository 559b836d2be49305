import type { ChildProcess } from 'node:child_process';
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../src/mechanisms/embedded-postgres';
import type { Announcement } from '../src/app/run';
import type { TestCluster } from '../src/mechanisms/postgres/testing';
import { createTestCluster } from '../src/mechanisms/postgres/testing';

const ROOT = path.resolve(__dirname, '..');
const PROGRAM = path.join(ROOT, 'dist/main.js');
/** As a server has them that somebody installs. */
const DURABLE = { fsync: 'on', full_page_writes: 'on', shared_buffers: '128MB' };

export interface BenchHouse {
  cluster: TestCluster;
  /** One server that plays all roles on the primary, and one that answers from the replica. Each is a process of its own. */
  writerUrl: string;
  readerUrl: string;
  token: string;
}

export interface Seeded {
  requests: number;
  services: number;
}

/** A seeded house with a primary, a replica and two servers; gone when the work is done. */
export async function inSeededHouse(
  { requests, services }: Seeded,
  work: (house: BenchHouse) => Promise<void>,
): Promise<void> {
  const home = temporaryFolder('bench');
  const cluster = await createTestCluster({ replicas: 1, settings: DURABLE });
  const env = {
    ...process.env,
    MEDIANEST_HOME: home,
    DATABASE_URL: cluster.primary.ownerUrl,
    DEMO: '0',
    UPSTREAM_USERS: '{"olga": 1}',
    // Nobody is there: requests wait.
    OVERSEERR_URL: 'http://127.0.0.1:9',
    OVERSEERR_API_KEY: 'nobody-is-there',
    UPTIME_KUMA_URL: 'http://127.0.0.1:9',
    UPTIME_KUMA_USER: 'nobody',
    UPTIME_KUMA_PASSWORD: 'nobody',
    COST_BUDGET: '1000000000',
    LOG_LEVEL: 'fatal',
    PORT: '0',
  };
  const servers: ChildProcess[] = [];
  async function start(settings: Record<string, string>): Promise<string> {
    const child = fork(PROGRAM, [], {
      env: { ...env, ...settings },
      execArgv: ['--max-semi-space-size=64'],
      silent: true,
    });
    servers.push(child);
    const [{ url }] = (await once(child, 'message')) as [Announcement];
    if (!url) throw new Error('a server without an address');
    return url;
  }
  try {
    const seed = [
      '--import',
      'tsx',
      path.join(__dirname, 'seed.ts'),
      '--requests',
      `${requests}`,
      '--services',
      `${services}`,
    ];
    execFileSync(process.execPath, seed, { env, stdio: 'inherit' });
    const token = execFileSync(process.execPath, [PROGRAM, 'token', '--account', 'olga'], { env, encoding: 'utf8' });
    await cluster.primary.owner.query('vacuum analyze');
    const writerUrl = await start({});
    const readerUrl = await start({ ROLES: 'api', DATABASE_REPLICA_URLS: cluster.replicas[0]!.ownerUrl });
    await work({ cluster, writerUrl, readerUrl, token: token.trim() });
  } finally {
    for (const server of servers) {
      const ended = once(server, 'exit');
      if (server.kill()) await ended;
    }
    await cluster.drop();
    rmSync(home, { recursive: true, force: true });
  }
}

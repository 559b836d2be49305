import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { createLogger } from '../observability';
import type { PrivateRedis, RedisConnections } from '.';
import { createRedisConnections, startPrivateRedis } from '.';

export interface TestRedis {
  url(): string;
  /** Of this server, closed after the test. Each call makes another pair: another process, so to say. */
  connect(url?: string): RedisConnections;
}

/** One that a test may treat badly. */
export interface OwnRedis extends TestRedis {
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
  /** At the same address, with nothing in it. */
  start(): Promise<void>;
}

const log = createLogger({ level: 'silent' });
const installed = spawnSync('/bin/sh', ['-c', 'command -v redis-server || command -v valkey-server']).status === 0;

/** Tests on the server of REDIS_URL, else on a private one. */
export function describeWithRedis(name: string, tests: (redis: TestRedis) => void): void {
  const url = process.env.REDIS_URL;
  if (!url) return describeWithOwnRedis(name, tests);
  describe(name, () => {
    const connect = useConnections();
    tests({ url: () => url, connect: (other = url) => connect(other) });
  });
}

/** Tests on a private server. Where none is installed they are left out, loudly; on CI they fail. */
export function describeWithOwnRedis(name: string, tests: (redis: OwnRedis) => void): void {
  if (!installed && !process.env.CI) {
    process.stderr.write(`LEFT OUT, for neither redis-server nor valkey-server is installed: ${name}\n`);
    describe.skip(name, () => tests({} as OwnRedis));
    return;
  }
  describe(name, () => {
    let folder: string;
    let server: PrivateRedis;
    const start = async (): Promise<void> => {
      const started = await startPrivateRedis(folder);
      if (!started) throw new Error('neither redis-server nor valkey-server is installed');
      server = started;
    };
    beforeAll(async () => {
      folder = mkdtempSync(path.join(os.tmpdir(), 'medianest-redis-'));
      await start();
    });
    afterAll(async () => {
      await server?.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    const connect = useConnections();
    tests({
      url: () => server.url,
      connect: (other = server.url) => connect(other),
      freeze: () => process.kill(server.pid, 'SIGSTOP'),
      thaw: () => process.kill(server.pid, 'SIGCONT'),
      stop: () => server.stop(),
      start,
    });
  });
}

function useConnections(): (url: string) => RedisConnections {
  const prefix = `test-${randomBytes(4).toString('hex')}:`;
  let open: RedisConnections[] = [];
  afterEach(async () => {
    await Promise.all(open.map((connections) => connections.close()));
    open = [];
  });
  return (url) => {
    const connections = createRedisConnections({ url, prefix, log });
    open.push(connections);
    return connections;
  };
}

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';

jest.setTimeout(120_000);

const home = mkdtempSync(path.join(os.tmpdir(), 'medianest-given-up-'));
chmodSync(home, 0o755);
afterAll(() => rmSync(home, { recursive: true, force: true }));

it('a server that is told to go while it starts waits for nobody, and stops what it has started', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  const connected = once(silent, 'connection') as Promise<[Socket]>;
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const child = fork(path.join(__dirname, '../main.ts'), [], {
    execArgv: ['--import', 'tsx'],
    env: {
      ...process.env,
      MEDIANEST_HOME: home,
      EVENT_STORE_URL: `esdb://127.0.0.1:${port}?tls=false`,
      PORT: '0',
      LOG_LEVEL: 'silent',
    },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const ended = once(child, 'exit');
  const [socket] = await connected;
  socket.on('error', () => undefined);
  const postmaster = path.join(home, 'postgres', 'data', 'postmaster.pid');
  expect(existsSync(postmaster)).toBe(true);
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(existsSync(postmaster)).toBe(false);
  silent.close();
});

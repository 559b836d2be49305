import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartupError } from '../errors';
import { spawnGuarded } from '../guarded-process';

/** A Redis of our own: one private unix socket, nothing on disk, gone when our process is gone. */
export interface PrivateRedis {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const START_MS = 10_000;

/** Null: neither redis-server nor valkey-server is installed. The folder must exist; a socket's path has at most 107 bytes (103 on macOS). */
export async function startPrivateRedis(folder: string): Promise<PrivateRedis | null> {
  const program = spawnSync('/bin/sh', ['-c', 'command -v redis-server || command -v valkey-server'], {
    encoding: 'utf8',
  }).stdout.trim();
  if (program === '') return null;
  const socket = path.join(folder, 'redis.sock');
  const only = ['--port', '0', '--unixsocket', socket, '--unixsocketperm', '700'];
  const memory = ['--save', '', '--appendonly', 'no', '--dir', folder];
  const server = spawnGuarded([program, ...only, ...memory], { env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } });
  const exited = once(server, 'close');
  const [said] = (await once(server.stdout, 'data')) as [Buffer];
  const pid = Number.parseInt(said.toString(), 10);
  let tail = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text: Buffer) => (tail = `${text}`));
  const stop = async (): Promise<void> => {
    server.stdin.end();
    await exited;
  };
  for (const deadline = Date.now() + START_MS; !(await answers(socket)); await delay(10)) {
    if (server.exitCode === null && Date.now() < deadline) continue;
    await stop();
    throw new StartupError(`${program} did not start: ${tail.trim()}`);
  }
  return { url: `unix://${socket}`, pid, stop };
}

async function answers(socket: string): Promise<boolean> {
  const connection = connect(socket);
  const open = await once(connection, 'connect').then(
    () => true,
    () => false,
  );
  connection.destroy();
  return open;
}

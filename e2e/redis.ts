import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { until } from './watching';

/** A Redis server that may be treated badly, behind a way that may swallow what is sent. */
export interface Redis {
  /** Of the way to it: stays, whatever the server does. */
  readonly url: string;
  restart(): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** From now on nothing comes through, and nobody is told. */
  cut(): void;
  mend(): void;
  /** How many are subscribed to channels whose names end so. */
  subscriptions(ending: string): number;
  close(): Promise<void>;
}

const which = (...programs: string[]): string =>
  spawnSync('/bin/sh', ['-c', programs.map((program) => `command -v ${program}`).join(' || ')], {
    encoding: 'utf8',
  }).stdout.trim();
const program = which('redis-server', 'valkey-server');
const cli = which('redis-cli', 'valkey-cli');

/** On CI it must be there. */
export const isRedisMissing = program === '' && process.env['CI'] !== 'true';

export async function startRedis(): Promise<Redis> {
  const folder = mkdtempSync(path.join(tmpdir(), 'medianest-redis-'));
  const socket = path.join(folder, 'redis.sock');
  let server = await launch(socket);
  const way = await openWay(socket);
  const stop = async (): Promise<void> => {
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  };
  const ask = (...words: string[]): string[] =>
    spawnSync(cli, ['-s', socket, ...words], { encoding: 'utf8' })
      .stdout.trim()
      .split('\n');
  return {
    url: `redis://127.0.0.1:${way.port}`,
    async restart() {
      await stop();
      server = await launch(socket);
    },
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    cut: () => way.block(true),
    mend: () => way.block(false),
    subscriptions(ending) {
      const channels = ask('pubsub', 'channels').filter((channel) => channel.endsWith(ending));
      if (channels.length === 0) return 0;
      const answer = ask('pubsub', 'numsub', ...channels);
      return channels.reduce((sum, _channel, index) => sum + Number(answer[2 * index + 1]), 0);
    },
    async close() {
      await way.close();
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function launch(socket: string): Promise<ChildProcess> {
  const only = ['--port', '0', '--unixsocket', socket, '--save', '', '--appendonly', 'no'];
  const server = spawn(program, [...only, '--dir', path.dirname(socket)], { stdio: 'ignore' });
  await until('Redis', () => {
    const { stdout } = spawnSync(cli, ['-s', socket, 'ping'], { encoding: 'utf8' });
    return stdout.includes('PONG') ? true : undefined;
  });
  return server;
}

async function openWay(socket: string) {
  const ends = new Set<Socket>();
  let blocked = false;
  const carry = (from: Socket, to: Socket): void => {
    ends.add(from);
    from.on('data', (bytes) => void (blocked || to.write(bytes)));
    from.on('error', () => undefined).on('close', () => void (ends.delete(from), to.destroy()));
  };
  const server = createServer((client) => {
    const upstream = connect(socket);
    carry(client, upstream);
    carry(upstream, client);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    block: (isBlocked: boolean) => void (blocked = isBlocked),
    async close() {
      for (const end of ends) end.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * From the acknowledgement of an append to the message at a subscriber of another process, at 200 a second, with Redis and with the poll alone;
 * beside it the way that a bare PUBLISH takes to the same process: `npm run bench:push`. Three processes: this one appends, one projects, one
 * listens. Then what sockets cost at the door, beside bare graphql-ws. Trust the ratios.
 */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { temporaryFolder } from '../src/mechanisms/embedded-postgres';
import type { EventStore } from '../src/mechanisms/event-store';
import { NO_STREAM } from '../src/mechanisms/event-store';
import { createLogger } from '../src/mechanisms/observability';
import { createRedisConnections, startPrivateRedis } from '../src/mechanisms/redis';
import { pinDriver, start } from './graphql/driving';
import { measureIdle, measurePush, SUBSCRIBERS } from './graphql/sockets';
import { hearing } from './hearing';
import { machine } from './machine';
import { toCell } from './measure';
import { onPrivatePostgres } from './private-postgres';
import type { Received } from './push-process';
import { BARE_CHANNEL, now } from './push-process';
import { makeEvent } from './thing';

const PER_SECOND = 200;
const SECONDS = 10;
const log = createLogger({ level: 'error' });

/** Sends one after the other at the wanted rate, and answers with when each was acknowledged. */
async function atRate(send: (index: number) => Promise<string>): Promise<Map<string, number>> {
  const acknowledged = new Map<string, number>();
  const sending: Promise<void>[] = [];
  const began = now();
  for (let index = 0; index < PER_SECOND * SECONDS; index += 1) {
    await pause(Math.max(0, began + (index * 1_000) / PER_SECOND - now()));
    sending.push(send(index).then((key) => void acknowledged.set(key, now())));
  }
  await Promise.all(sending);
  return acknowledged;
}

async function startProcess(role: 'projector' | 'subscriber', env: Record<string, string>): Promise<ChildProcess> {
  const child = fork(path.join(__dirname, 'push-process.ts'), [role], {
    env: { ...process.env, ...env },
    execArgv: ['--import', 'tsx'],
  });
  await hearing(child)(); // it is ready
  return child;
}

function rowOf(name: string, acknowledged: Map<string, number>, received: Map<string, number>): string {
  const latencies = [...acknowledged].flatMap(([key, at]) => {
    const arrived = received.get(key);
    return arrived === undefined ? [] : [arrived - at];
  });
  const { p50, p99 } = toCell(latencies, SECONDS);
  return `| ${name} | ${latencies.length} of ${acknowledged.size} | ${p50.toFixed(1)} | ${p99.toFixed(1)} |`;
}

async function measure(name: string, store: EventStore, env: Record<string, string>): Promise<void> {
  const projector = await startProcess('projector', env);
  const subscriber = await startProcess('subscriber', env);
  const received = new Map<string, number>();
  subscriber.on('message', ({ key, at }: Received) => received.set(key, at));
  const append = async (): Promise<string> => {
    const { position } = await store.append(`thing-${randomUUID()}`, NO_STREAM, [makeEvent()]);
    return position.toString();
  };
  const acknowledged = await atRate(append);
  for (const deadline = Date.now() + 5_000; received.size < acknowledged.size && Date.now() < deadline;)
    await pause(50);
  console.log(rowOf(name, acknowledged, received));
  await Promise.all([projector, subscriber].map(async (child) => (child.kill(), once(child, 'exit'))));
}

async function measureBare(url: string, env: Record<string, string>): Promise<void> {
  const subscriber = await startProcess('subscriber', env);
  const received = new Map<string, number>();
  subscriber.on('message', ({ key, at }: Received) => received.set(key, at));
  const redis = createRedisConnections({ url, prefix: '', log });
  await once(redis.commands, 'ready');
  const sent = await atRate(async (index) => {
    const key = `bare ${index}`;
    await redis.commands.publish(BARE_CHANNEL, key);
    return key;
  });
  await pause(500);
  console.log(rowOf('a bare PUBLISH', sent, received));
  await redis.close();
  subscriber.kill();
  await once(subscriber, 'exit');
}

/** Ours and the bare library, one after the other on one core. */
async function measureSockets(): Promise<void> {
  pinDriver();
  console.log(`\n| door | a message to one of ${SUBSCRIBERS}, CPU us | an idle socket, KB |\n|---|---|---|`);
  for (const [name, door] of [
    ['MediaNest', 'medianest'],
    ['bare graphql-ws', 'apollo'],
  ] as const) {
    const contender = await start(door, ['--max-semi-space-size=64']);
    try {
      const us = await measurePush(contender);
      const idleKb = await measureIdle(contender);
      console.log(`| ${name} | ${us.toFixed(1)} | ${idleKb.toFixed(1)} |`);
    } finally {
      await contender.stop();
    }
  }
}

async function main(): Promise<void> {
  const folder = temporaryFolder('bench');
  mkdirSync(folder);
  const redis = await startPrivateRedis(folder);
  try {
    await onPrivatePostgres(async ({ store, servingUrl }) => {
      const env = { BENCH_DATABASE: servingUrl };
      console.log(machine());
      console.log(`| way, at ${PER_SECOND}/s for ${SECONDS} s | arrived | p50 ms | p99 ms |\n|---|---|---|---|`);
      if (redis) await measureBare(redis.url, { ...env, BENCH_REDIS: redis.url });
      else console.log('Redis is left out: it is not installed');
      if (redis) await measure('with Redis', store, { ...env, BENCH_REDIS: redis.url });
      await measure('the poll alone', store, env);
    });
    await measureSockets();
  } finally {
    await redis?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

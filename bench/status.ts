/**
 * 200 monitors that all change at once, again and again, seen through the whole server: from the simulated Uptime Kuma over its socket into
 * the log, the view and the change feed of a subscriber. Beside it the bare appends of as many facts, on the same PostgreSQL with fsync on.
 * `npm run bench:status`. Trust the ratios.
 */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { temporaryFolder } from '../src/mechanisms/embedded-postgres';
import { readSettings, run } from '../src/app/run';
import type { Running } from '../src/app/run';
import type { FeedItem } from '../src/mechanisms/change-feed';
import { NO_STREAM } from '../src/mechanisms/event-store';
import { seedOf, startUptimeKumaSimulator } from '../src/simulators/uptime-kuma';
import type { UptimeKumaSimulator } from '../src/simulators/uptime-kuma';
import { machine } from './machine';
import { toCell } from './measure';

const MONITORS = 200;
const ROUNDS = 30;
const WARM_UP = 5;
const ACCOUNT = { user: 'bench', password: randomUUID() };
const UP = { status: 1, msg: '200 - OK', ping: 4 } as const;
const DOWN = { status: 0, msg: 'connect EHOSTUNREACH', ping: null } as const;

const megabytes = (): number => {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().heapUsed / 1024 / 1024);
};

/** How long after the flip each of the changes arrived; throws when one is missing or came twice. */
async function flip(simulator: UptimeKumaSimulator, heard: FeedItem[], isDown: boolean): Promise<number[]> {
  heard.length = 0;
  for (let id = 1; id <= MONITORS; id++) simulator.setCondition(id, isDown ? DOWN : UP);
  const began = performance.now();
  const arrived: number[] = [];
  simulator.check();
  while (arrived.length < MONITORS) {
    if (performance.now() - began > 30_000) throw new Error(`only ${arrived.length} of ${MONITORS} changes arrived`);
    await pause(1);
    while (arrived.length < heard.length) arrived.push(performance.now() - began);
  }
  const services = new Set(heard.map(({ subjects }) => subjects[0]));
  if (services.size !== MONITORS) throw new Error(`${MONITORS - services.size} changes came twice`);
  return arrived;
}

/** As many facts at once, each on its stream, and nothing else. */
async function bareAppends({ house }: Running): Promise<number[]> {
  const began = performance.now();
  const append = async (): Promise<number> => {
    const metadata = {
      occurredAt: new Date().toISOString(),
      actor: { kind: 'UPSTREAM', id: 'bench' } as const,
      correlationId: randomUUID(),
      commandId: randomUUID(),
    };
    // Of a connection that nobody has, for a projection stops at what no codec knows.
    const data = { connectionId: 'bench' };
    const event = { eventId: randomUUID(), type: 'MonitoringRestored', schemaVersion: 1, data, metadata };
    await house.foundations.store.append(`bench-${randomUUID()}`, NO_STREAM, [event]);
    return performance.now() - began;
  };
  return Promise.all(Array.from({ length: MONITORS }, append));
}

async function measure(running: Running, simulator: UptimeKumaSimulator): Promise<void> {
  const heard: FeedItem[] = [];
  const subscription = running.house.feed.subscribe({ projection: 'service-view', kind: 'status', after: 0n });
  void (async () => {
    for await (const item of subscription) heard.push(item);
  })();
  while (heard.length < MONITORS) await pause(20);
  const [pushed, appended]: [number[], number[]] = [[], []];
  let before = 0;
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    if (round === WARM_UP) before = megabytes();
    const times = await flip(simulator, heard, round % 2 === 0);
    const bare = await bareAppends(running);
    if (round < WARM_UP) continue;
    pushed.push(...times);
    appended.push(...bare);
  }
  const after = megabytes();
  await subscription.return?.();
  const [all, bare] = [toCell(pushed, 1), toCell(appended, 1)];
  console.log(
    `${MONITORS} monitors flapping at once, ${ROUNDS} times: all ${pushed.length} changes stored and pushed, none twice`,
  );
  console.log(`  pushed    p50 ${all.p50.toFixed(0)} ms, p99 ${all.p99.toFixed(0)} ms (wanted: p99 <= 1000 ms)`);
  console.log(
    `  appended  p50 ${bare.p50.toFixed(0)} ms, p99 ${bare.p99.toFixed(0)} ms (the bare appends of as many facts)`,
  );
  console.log(`  ratio     p50 ${(all.p50 / bare.p50).toFixed(1)}, p99 ${(all.p99 / bare.p99).toFixed(1)}`);
  console.log(`  heap      ${before} MB before, ${after} MB after`);
  console.log(`  machine   ${machine()}`);
}

async function main(): Promise<void> {
  const home = temporaryFolder('bench');
  const names = Array.from({ length: MONITORS }, (_, n) => ({ name: `service ${n + 1}`, dependsOn: null }));
  const simulator = await startUptimeKumaSimulator({ ...ACCOUNT, seed: seedOf(names), checkEveryMs: 0 });
  const settings = readSettings({
    DEMO: '0',
    MEDIANEST_HOME: path.join(home, 'state'),
    PORT: '0',
    LOG_LEVEL: 'error',
    UPTIME_KUMA_URL: simulator.url,
    UPTIME_KUMA_USER: ACCOUNT.user,
    UPTIME_KUMA_PASSWORD: ACCOUNT.password,
    UPSTREAM_USERS: '{"olga": 1}',
  });
  const running = await run(settings);
  try {
    await measure(running, simulator);
  } finally {
    await running.stop();
    await simulator.close();
    rmSync(home, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

/**
 * Fills a house with requests and services, as facts through its event store, and waits until its projections have them:
 * `npm run seed -- --requests 100000 --users 50 --services 200`, with the settings of the house. Interrupted, it goes on where it was when it is run
 * again.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readSettings, run } from '../src/app/run';
import type { EventStore } from '../src/mechanisms/event-store';
import { NO_STREAM } from '../src/mechanisms/event-store';
import type { Story } from './seed-facts';
import { requestStory, serviceStory } from './seed-facts';

const USAGE = 'npm run seed -- --requests 100000 --users 50 --services 200';
const AT_ONCE = 500;
const LOOK_MS = 200;
const BAR_WIDTH = 30;

/** One line that is written over and over; where nobody watches, a line at the end. */
function progress(what: string, total: number, from = 0) {
  const began = performance.now();
  return (done: number): void => {
    if (!process.stderr.isTTY && done < total) return;
    const perSecond = ((done - from) / (performance.now() - began)) * 1_000;
    const filled = total === 0 ? BAR_WIDTH : Math.floor((done / total) * BAR_WIDTH);
    const left = perSecond > 0 ? `${Math.ceil((total - done) / perSecond)} s left` : '';
    const bar = `${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}`;
    const end = done < total ? '\r' : '\n';
    process.stderr.write(`[${bar}] ${done} of ${total} ${what}, ${Math.round(perSecond)}/s ${left}    ${end}`);
  };
}

/** How many are there: batches are written one after the other, so the first missing one is found by halving. */
async function alreadyThere(store: EventStore, total: number, storyOf: (n: number) => Story): Promise<number> {
  let [low, high] = [0, Math.ceil(total / AT_ONCE)];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const last = storyOf(Math.min((middle + 1) * AT_ONCE, total) - 1);
    if ((await store.readStream(last.streamId)).events.length > 0) low = middle + 1;
    else high = middle;
  }
  // The batch before may have been cut: writing it again is a repeat.
  return Math.max(0, low - 1) * AT_ONCE;
}

interface Wanted {
  what: string;
  total: number;
  storyOf(n: number): Story;
}

async function write(store: EventStore, { what, total, storyOf }: Wanted): Promise<void> {
  const from = await alreadyThere(store, total, storyOf);
  const tell = progress(what, total, from);
  for (let done = from; done < total; done += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, total - done) }, (_, index) => storyOf(done + index));
    await Promise.all(batch.map(({ streamId, events }) => store.append(streamId, NO_STREAM, events)));
    tell(done + batch.length);
  }
}

function wanted(): Record<'requests' | 'users' | 'services', number> {
  const options = {
    requests: { type: 'string', default: '100000' },
    users: { type: 'string', default: '50' },
    services: { type: 'string', default: '200' },
  } as const;
  const { values } = parseArgs({ options });
  const whole = (text: string, least: number): number => {
    const number = Number(text);
    if (!Number.isInteger(number) || number < least) throw new Error(`"${text}" is no whole number from ${least}`);
    return number;
  };
  return { requests: whole(values.requests, 0), users: whole(values.users, 1), services: whole(values.services, 0) };
}

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return void process.stdout.write(`usage: ${USAGE}\n`);
  const { requests, users, services } = wanted();
  const { house, stop } = await run(readSettings({ LOG_LEVEL: 'warn', PORT: '0', ...process.env }));
  try {
    const { store } = house.foundations;
    await write(store, { what: 'services', total: services, storyOf: serviceStory });
    await write(store, { what: 'requests', total: requests, storyOf: (n) => requestStory(n, users) });
    const head = Number(await store.head());
    const slowest = async () => Math.min(...(await house.projections.list()).map(({ position }) => Number(position)));
    const from = await slowest();
    const tell = progress('positions projected', head, from);
    for (let done = from; ; done = await slowest()) {
      tell(Math.min(done, head));
      if (done >= head) return;
      const stopped = (await house.projections.list()).find(({ state }) => state === 'STOPPED');
      if (stopped) throw new Error(`${stopped.name} is stopped: ${stopped.error}`);
      await pause(LOOK_MS);
    }
  } finally {
    await stop();
  }
}

main().catch((error: Error) => {
  process.stderr.write(`seed: ${error.message}\n`);
  process.exitCode = 1;
});

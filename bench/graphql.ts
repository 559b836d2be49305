/**
 * The door beside others: `npm ci` here and in bench/, then `npm run bench:graphql`. Each contender is a process of its own on one core; the numbers to trust are
 * microseconds of its CPU for one answer, and ratios of them within a run: rounds of all contenders in turn, medians.
 */
import type { Contender } from './graphql/driving';
import { asking, cpuOf, pinDriver, start } from './graphql/driving';
import { LIST, TINY } from './graphql/schema';
import { measurePush, SUBSCRIBERS } from './graphql/sockets';
import { machine } from './machine';

const SEMI_SPACE = '--max-semi-space-size=64';
/** Whom we are measured by, as who installs it runs it; the others get our garbage collection. */
const FLAGS: Record<string, string[]> = {
  apollo: [],
  medianest: [SEMI_SPACE],
  yoga: [SEMI_SPACE],
  mercurius: [SEMI_SPACE],
  constant: [SEMI_SPACE],
};
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const LOAD = { connections: 32, ms: Number(process.env.ROUND_MS ?? 3_000) };
const WARM_UP = { connections: 32, ms: 4_000 };

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

async function measureQueries(contenders: Map<string, Contender>, query: string): Promise<Map<string, number>> {
  const names = [...contenders.keys()];
  const us = new Map(names.map((name) => [name, [] as number[]]));
  const rates = new Map(names.map((name) => [name, [] as number[]]));
  for (const contender of contenders.values()) await cpuOf(contender, query, WARM_UP);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, contender] of contenders) {
      const cell = await cpuOf(contender, query, LOAD);
      us.get(name)!.push(cell.us);
      rates.get(name)!.push(cell.perSecond);
    }
  }
  console.log(`\n\`${query}\`\n\n| | CPU us | of one core /s | wall /s |\n|---|---|---|---|`);
  for (const name of names) {
    const cost = median(us.get(name)!);
    console.log(
      `| ${name} | ${cost.toFixed(0)} | ${(1e6 / cost).toFixed(0)} | ${median(rates.get(name)!).toFixed(0)} |`,
    );
  }
  return new Map(names.map((name) => [name, median(us.get(name)!)]));
}

/** All contenders must answer alike. */
async function compareAnswers(contenders: Map<string, Contender>): Promise<void> {
  const answers = new Set<string>();
  for (const [name, { url }] of contenders) {
    if (name === 'constant') continue;
    const { ask, close } = asking(url, LIST, 1);
    answers.add(JSON.stringify((JSON.parse(await ask()) as { data: unknown }).data));
    await close();
  }
  if (answers.size !== 1) throw new Error('the contenders do not answer alike');
}

/** Megabytes on the heap after so many requests, one after the other. */
async function measureMemory(contender: Contender): Promise<[early: number, late: number]> {
  const { ask, close } = asking(contender.url, LIST, 1);
  const heaps: number[] = [];
  for (const requests of [2_000, 8_000]) {
    for (let n = 0; n < requests; n += 1) await ask();
    heaps.push((await contender.used()).heap / 1e6);
  }
  await close();
  return [heaps[0]!, heaps[1]!];
}

function judge(what: string, ratio: number, holds: boolean): void {
  console.log(`${holds ? 'holds ' : 'FAILS '} ${what}: ${ratio.toFixed(2)}`);
  if (!holds) process.exitCode = 1;
}

async function main(): Promise<void> {
  pinDriver();
  console.log(machine());
  const contenders = new Map<string, Contender>();
  try {
    for (const [name, flags] of Object.entries(FLAGS)) contenders.set(name, await start(name, flags));
    await compareAnswers(contenders);
    const list = await measureQueries(contenders, LIST);
    const tiny = await measureQueries(contenders, TINY);
    const [ours, stock] = [contenders.get('medianest')!, contenders.get('apollo')!];
    const [early, late] = await measureMemory(ours);
    const [push, bare] = [await measurePush(ours), await measurePush(stock)];
    console.log(
      `\npush to ${SUBSCRIBERS}: ${push.toFixed(1)} us a delivery, bare graphql-ws ${bare.toFixed(1)}; heap ${early.toFixed(1)} MB after 2,000 requests, ${late.toFixed(1)} MB after 10,000`,
    );
    const against = (of: Map<string, number>) => of.get('apollo')! / of.get('medianest')!;
    judge('the list, at least 3 x stock Apollo', against(list), against(list) >= 3);
    judge('{ __typename }, at least 0.8 x stock Apollo', against(tiny), against(tiny) >= 0.8);
    judge('memory stays flat, of 1', late / early, late / early < 1.1);
    judge('push, at most 1.5 x bare graphql-ws', push / bare, push / bare <= 1.5);
    console.log(machine());
  } finally {
    for (const contender of contenders.values()) await contender.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

/**
 * Appends a second of the event store as it is wired, beside the physical limit, that of the driver, and peers, on one private PostgreSQL with fsync on:
 * `npm run bench:event-store`; `-- --memory` appends a million times and tells what the process holds. The peer Emmett: `npm install` in this folder;
 * pgbench: Debian's postgresql-contrib; EventStoreDB, through our adapter: the one that EVENTSTORE_TEST_URL names. Trust the ratios.
 */
import type { Contender, ContenderName } from './contender';
import { startContender, writeTogether } from './contender';
import { measureCommandPath } from './command-path';
import { isEmmettInstalled } from './emmett';
import { loadAverage, machine } from './machine';
import type { Cell } from './measure';
import { medianOf, ratioOf } from './measure';
import { measureMemory } from './memory';
import { createPgbench } from './pgbench';
import type { PrivatePostgres } from './private-postgres';
import { onPrivatePostgres, sessionsEnded } from './private-postgres';
import { EVENTS_LOADED, makeEvent } from './thing';

const WRITERS = [1, 8, 32, 128];
const READERS = [1, 8];
/** Processes, and writers of each. */
const SEVERAL = { processes: 4, writers: 8 };
/**
 * A cell is the median of its rounds, a ratio the median of theirs: all contenders of a round come one after the other, so that a slow second of the disk is
 * everybody's.
 */
const ROUNDS = 7;
const ROUND_SECONDS = 1;
const ROUND_MS = ROUND_SECONDS * 1_000;
/**
 * By then the code of several processes is compiled, as that of processes that have been up for a while; on few cores they need long for that: four on two made 8,100
 * appends a second after 4 s, 9,700 after 25.
 */
const WARM_UP_MS = 20_000;

const COLUMNS = ['pgbench', 'bare driver', 'MediaNest', 'Emmett', 'EventStoreDB'] as const;
type Column = (typeof COLUMNS)[number];
type Measure = (who: number) => Promise<Cell>;
type Rounds = Map<Column, Cell[]>;

/** Where each contender has its place, but for those that are not here. */
async function placesOf({ postgres, owner, servingUrl }: PrivatePostgres): Promise<Map<ContenderName, string>> {
  const { user, database } = postgres.connection;
  const places = new Map<ContenderName, string>([
    ['MediaNest', servingUrl],
    ['bare driver', postgres.urlFor({ user, database })],
  ]);
  if (isEmmettInstalled()) {
    await owner.query('CREATE DATABASE emmett');
    places.set('Emmett', postgres.urlFor({ user, database: 'emmett' }));
  } else console.log('Emmett is left out: it is not installed (npm install in bench/)');
  const eventStoreDb = process.env.EVENTSTORE_TEST_URL;
  if (eventStoreDb) places.set('EventStoreDB', eventStoreDb);
  else console.log('EventStoreDB is left out: EVENTSTORE_TEST_URL names none');
  return places;
}

async function measureAll(parts: PrivatePostgres): Promise<void> {
  const { postgres, owner, servingUrl } = parts;
  const { data, metadata } = makeEvent();
  await owner.query('CREATE TABLE raw_row (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, data json NOT NULL)');
  const pgbench = createPgbench(postgres.connection, JSON.stringify({ data, metadata }));
  if (!pgbench) console.log('pgbench is left out: it is not installed (Debian: postgresql-contrib)');

  const contenders = new Map<ContenderName, Contender>();
  for (const [name, url] of await placesOf(parts)) contenders.set(name, await startContender(name, url));
  const writing = new Map<Column, Measure>();
  const loading = new Map<Column, Measure>();
  if (pgbench) writing.set('pgbench', (writers) => pgbench(writers, ROUND_SECONDS));
  for (const [name, { write, load }] of contenders) {
    writing.set(name, (writers) => write(writers, ROUND_MS));
    if (name !== 'bare driver') loading.set(name, (readers) => load(readers, ROUND_MS));
  }

  const [server] = await owner.query<{ version: string; fsync: string }>(
    `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync`,
  );
  console.log(`${machine()}, PostgreSQL ${server?.version}, fsync ${server?.fsync}`);
  await measureRounds(writing, 1); // by then the code of all is compiled, as that of a process that has been up for a while
  console.log(headOf('writers'));
  for (const n of WRITERS) console.log(rowOf(n, await measureRounds(writing, n)));

  console.log(`\nLoads of a stream of ${EVENTS_LOADED} events:\n${headOf('readers')}`);
  for (const n of READERS) console.log(rowOf(n, await measureRounds(loading, n)));

  await measureSeveral(contenders.get('MediaNest')!, servingUrl);
  for (const { stop } of contenders.values()) await stop();
  await sessionsEnded(owner, 'emmett');
}

async function measureSeveral(one: Contender, url: string): Promise<void> {
  const { processes, writers } = SEVERAL;
  const several = await Promise.all(Array.from({ length: processes }, () => startContender('MediaNest', url)));
  await writeTogether(several, writers, WARM_UP_MS);
  const alone: Cell[] = [];
  const together: Cell[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    alone.push(await one.write(processes * writers, ROUND_MS));
    together.push(await writeTogether(several, writers, ROUND_MS));
  }
  for (const { stop } of several) await stop();
  console.log(
    `\n${processes} processes of ${writers} writers: ${tell(together)}; one process of ${processes * writers}: ${tell(alone)}; ` +
      `${ratioOf(together, alone).toFixed(2)} x`,
  );
}

async function measureRounds(contenders: Map<Column, Measure>, writers: number): Promise<Rounds> {
  const rounds: Rounds = new Map([...contenders.keys()].map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, measure] of contenders) rounds.get(name)!.push(await measure(writers));
  }
  return rounds;
}

function headOf(who: string): string {
  const columns = [
    who,
    ...COLUMNS.map((name) => `${name} /s (p50 / p99 ms)`),
    'of pgbench',
    'of the driver',
    'of Emmett',
  ];
  return `| ${columns.join(' | ')} |\n|${'---|'.repeat(columns.length)}`;
}

function rowOf(n: number, rounds: Rounds): string {
  const ours = rounds.get('MediaNest')!;
  const of = (others?: Cell[]) => (others ? `${ratioOf(ours, others).toFixed(2)} x` : '');
  const ratios = [of(rounds.get('pgbench')), of(rounds.get('bare driver')), of(rounds.get('Emmett'))];
  return `| ${[n, ...COLUMNS.map((name) => tell(rounds.get(name))), ...ratios].join(' | ')} |`;
}

function tell(rounds?: Cell[]): string {
  if (!rounds) return 'left out';
  const cell = medianOf(rounds);
  return `${Math.round(cell.perSecond)} (${cell.p50.toFixed(2)} / ${cell.p99.toFixed(2)})`;
}

async function main(): Promise<void> {
  if (process.argv.includes('--memory')) return measureMemory();
  await onPrivatePostgres(measureAll);
  await measureCommandPath();
  console.log(`load average after: ${loadAverage()}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1); // contenders that go on would keep it
});

/**
 * Appends a second of the event store as it is wired, beside the physical limit, that of the driver, and peers, on one private PostgreSQL with fsync on:
 * `npm run bench:event-store`; `-- --memory` appends a million times and tells what the process holds. The peer Emmett: `npm install` in this folder;
 * pgbench: Debian's postgresql-contrib; EventStoreDB, through our adapter: the one that EVENTSTORE_TEST_URL names. Trust the ratios.
 */
import { randomUUID } from 'node:crypto';
import { NO_STREAM } from '../src/mechanisms/event-store';
import type { EventStore } from '../src/mechanisms/event-store';
import { createEventStoreDbStore } from '../src/mechanisms/event-store/eventstoredb';
import { createLogger } from '../src/mechanisms/observability';
import { createBareDriver } from './bare-driver';
import { measureCommandPath } from './command-path';
import { createEmmett } from './emmett';
import { loadAverage, machine } from './machine';
import type { Cell } from './measure';
import { drive, medianOf } from './measure';
import { measureMemory } from './memory';
import { createPgbench } from './pgbench';
import type { PrivatePostgres } from './private-postgres';
import { onPrivatePostgres, sessionsEnded } from './private-postgres';
import { driveProcesses } from './several-processes';
import { EVENTS_PER_STREAM, makeEvent, writerOf } from './thing';

const WRITERS = [1, 8, 32, 128];
const READERS = [1, 8];
const EVENTS_LOADED = 100;
/** Processes, and writers of each. */
const SEVERAL = [4, 8] as const;
/**
 * A cell is the median of its rounds. All contenders of a round come one after the other, so that a slow minute is everybody's; but code that one of them
 * uses in its own way is compiled anew for the next, and the first rounds of a cell tell of that.
 */
const ROUNDS = 7;
const ROUND_SECONDS = 1;
const ROUND_MS = ROUND_SECONDS * 1_000;

const CONTENDERS = ['pgbench', 'bare driver', 'MediaNest', 'Emmett', 'EventStoreDB'] as const;
type Contender = (typeof CONTENDERS)[number];
type Measure = (writers: number) => Promise<Cell>;
type Cells = Map<Contender, Cell>;

async function readerOf(store: EventStore) {
  const streamId = `thing-${randomUUID()}`;
  await store.append(streamId, NO_STREAM, Array.from({ length: EVENTS_LOADED }, makeEvent));
  return () => () => store.readStream(streamId);
}

async function openEventStoreDb(): Promise<EventStore | undefined> {
  const url = process.env.EVENTSTORE_TEST_URL;
  if (url) return createEventStoreDbStore({ url, log: createLogger({ level: 'error' }) });
  console.log('EventStoreDB is left out: EVENTSTORE_TEST_URL names none');
  return undefined;
}

async function measureAll({ postgres, owner, store, servingUrl }: PrivatePostgres): Promise<void> {
  const { data, metadata } = makeEvent();
  const text = JSON.stringify({ data, metadata });
  await owner.query('CREATE TABLE raw_row (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, data json NOT NULL)');
  const pgbench = createPgbench(postgres.connection, text);
  const bareDriver = createBareDriver(postgres.connection, text);
  await owner.query('CREATE DATABASE emmett');
  const place = postgres.urlFor({ user: postgres.connection.user, database: 'emmett' });
  const emmett = await createEmmett(place, makeEvent, EVENTS_PER_STREAM);
  const eventStoreDb = await openEventStoreDb();

  const writing = new Map<Contender, Measure>([
    ['MediaNest', (n) => drive(writerOf(store), n, ROUND_MS)],
    ['bare driver', (n) => bareDriver(n, ROUND_MS)],
  ]);
  if (pgbench) writing.set('pgbench', (n) => pgbench(n, ROUND_SECONDS));
  else console.log('pgbench is left out: it is not installed (Debian: postgresql-contrib)');
  if (emmett) writing.set('Emmett', (n) => drive(emmett.makeWriter, n, ROUND_MS));
  else console.log('Emmett is left out: it is not installed (npm install in bench/)');
  if (eventStoreDb) writing.set('EventStoreDB', (n) => drive(writerOf(eventStoreDb), n, ROUND_MS));

  const [server] = await owner.query<{ version: string; fsync: string }>(
    `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync`,
  );
  console.log(`${machine()}, PostgreSQL ${server?.version}, fsync ${server?.fsync}`);
  await measureCells(writing, 1); // by then the code of all is compiled, as that of a process that has been up for a while
  console.log(headOf('writers'));
  for (const n of WRITERS) console.log(rowOf(n, await measureCells(writing, n)));

  const loading = new Map<Contender, Measure>();
  const add = (name: Contender, reader: () => () => Promise<unknown>) =>
    loading.set(name, (readers) => drive(reader, readers, ROUND_MS));
  add('MediaNest', await readerOf(store));
  if (emmett) add('Emmett', await emmett.makeReader(EVENTS_LOADED));
  if (eventStoreDb) add('EventStoreDB', await readerOf(eventStoreDb));
  console.log(`\nLoads of a stream of ${EVENTS_LOADED} events:\n${headOf('readers')}`);
  for (const n of READERS) console.log(rowOf(n, await measureCells(loading, n)));

  await measureSeveral(store, servingUrl);
  await Promise.all([emmett?.close(), eventStoreDb?.close()]);
  await sessionsEnded(owner, 'emmett');
}

async function measureSeveral(store: EventStore, url: string): Promise<void> {
  const [processes, writers] = SEVERAL;
  const ways = new Map<string, () => Promise<Cell>>([
    ['one', () => drive(writerOf(store), processes * writers, ROUND_MS)],
    ['several', () => driveProcesses(url, processes, writers, ROUND_MS)],
  ]);
  const rounds = new Map<string, Cell[]>([...ways.keys()].map((way) => [way, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [way, measure] of ways) rounds.get(way)!.push(await measure());
  }
  const [one, several] = [...rounds.values()].map(medianOf) as [Cell, Cell];
  console.log(
    `\n${processes} processes of ${writers} writers: ${tell(several)}; one process of ${processes * writers}: ${tell(one)}; ` +
      `${(several.perSecond / one.perSecond).toFixed(2)} x`,
  );
}

async function measureCells(contenders: Map<Contender, Measure>, writers: number): Promise<Cells> {
  const rounds = new Map<Contender, Cell[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, measure] of contenders) {
      rounds.set(name, [...(rounds.get(name) ?? []), await measure(writers)]);
    }
  }
  return new Map([...rounds].map(([name, cells]) => [name, medianOf(cells)]));
}

function headOf(who: string): string {
  const columns = [
    who,
    ...CONTENDERS.map((name) => `${name} /s (p50 / p99 ms)`),
    'of pgbench',
    'of the driver',
    'of Emmett',
  ];
  return `| ${columns.join(' | ')} |\n|${'---|'.repeat(columns.length)}`;
}

function rowOf(writers: number, cells: Cells): string {
  const of = (other?: Cell) => (other ? `${(cells.get('MediaNest')!.perSecond / other.perSecond).toFixed(2)} x` : '');
  const ratios = [of(cells.get('pgbench')), of(cells.get('bare driver')), of(cells.get('Emmett'))];
  return `| ${[writers, ...CONTENDERS.map((name) => tell(cells.get(name))), ...ratios].join(' | ')} |`;
}

function tell(cell?: Cell): string {
  if (!cell) return 'left out';
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
  process.exitCode = 1;
});

/**
 * Appends a second of the event store as it is wired, beside the physical limit and a peer, on one private PostgreSQL with fsync on:
 * `npx tsx bench/event-store.ts`. The peer: `npm install` in this folder; pgbench: Debian's postgresql-contrib. Trust the ratios.
 */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createEmbeddedPostgres } from '../src/mechanisms/embedded-postgres';
import type { EmbeddedPostgres } from '../src/mechanisms/embedded-postgres';
import { NO_STREAM } from '../src/mechanisms/event-store';
import type { EventStore, NewEvent } from '../src/mechanisms/event-store';
import { createPostgresEventStore } from '../src/mechanisms/event-store/postgres';
import { createLogger } from '../src/mechanisms/observability';
import { APP_ROLE, createDatabase, migrate } from '../src/mechanisms/postgres';
import type { Database } from '../src/mechanisms/postgres';
import { createEmmett } from './emmett';
import type { Cell } from './measure';
import { drive, medianOf } from './measure';
import { createPgbench } from './pgbench';

const WRITERS = [1, 8, 32, 128];
const EVENTS_PER_STREAM = 10;
const READERS = [1, 8];
const EVENTS_LOADED = 100;
/** A cell is the median of its rounds. All contenders of a round come one after the other, so that a slow minute is everybody's. */
const ROUNDS = 3;
const ROUND_SECONDS = 1;

type Contender = 'pgbench' | 'MediaNest' | 'Emmett';
type Measure = (writers: number) => Promise<Cell>;

const log = createLogger({ level: 'error' });

/** About 300 bytes of data and metadata. */
function makeEvent(): NewEvent {
  return {
    eventId: randomUUID(),
    type: 'ThingHappened',
    schemaVersion: 1,
    data: { title: 'A film about a thing that happened', tmdbId: 550, quality: 'STANDARD' },
    metadata: {
      occurredAt: new Date().toISOString(),
      actor: { kind: 'USER', id: 'usr_ben' },
      correlationId: randomUUID(),
      commandId: randomUUID(),
    },
  };
}

function writerOf(store: EventStore) {
  return () => {
    let streamId = '';
    let version = EVENTS_PER_STREAM - 1;
    return async () => {
      if (version === EVENTS_PER_STREAM - 1) [streamId, version] = [`thing-${randomUUID()}`, NO_STREAM];
      ({ version } = await store.append(streamId, version, [makeEvent()]));
    };
  };
}

async function readerOf(store: EventStore) {
  const streamId = `thing-${randomUUID()}`;
  await store.append(streamId, NO_STREAM, Array.from({ length: EVENTS_LOADED }, makeEvent));
  return () => () => store.readStream(streamId);
}

/** A pool says that it is closed before its sessions have ended, and one that a stopping server ends is an error nobody takes. */
async function sessionsEnded(owner: Database, name: string): Promise<void> {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; await pause(50)) {
    const sessions = await owner.query('select 1 from pg_stat_activity where datname = $1', [name]);
    if (sessions.length === 0) return;
  }
}

async function onPrivatePostgres(work: (postgres: EmbeddedPostgres) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'medianest-bench-'));
  const settings = { max_connections: 200 }; // a connection for each writer of pgbench
  const postgres = createEmbeddedPostgres({ dataDir: path.join(folder, 'data'), log, settings });
  try {
    await postgres.start();
    await work(postgres);
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureAll(postgres: EmbeddedPostgres): Promise<void> {
  const { connection } = postgres;
  await migrate({ owner: connection, appRole: { name: APP_ROLE }, log });
  const owner = createDatabase({ connection, max: 1, applicationName: 'bench', log });
  const serving = { ...connection, user: APP_ROLE };
  const database = createDatabase({ connection: serving, max: 20, applicationName: 'bench', log });
  const store = await createPostgresEventStore({ database, log });
  const { data, metadata } = makeEvent();
  const pgbench = await createPgbench(owner, connection, JSON.stringify({ data, metadata }));
  await owner.query('CREATE DATABASE emmett');
  const emmett = await createEmmett(
    postgres.urlFor({ user: connection.user, database: 'emmett' }),
    makeEvent,
    EVENTS_PER_STREAM,
  );

  const ms = ROUND_SECONDS * 1_000;
  const contenders = new Map<Contender, Measure>([['MediaNest', (writers) => drive(writerOf(store), writers, ms)]]);
  if (pgbench) contenders.set('pgbench', (writers) => pgbench(writers, ROUND_SECONDS));
  else console.log('pgbench is left out: it is not installed (Debian: postgresql-contrib)');
  if (emmett) contenders.set('Emmett', (writers) => drive(emmett.makeWriter, writers, ms));
  else console.log('Emmett is left out: it is not installed (npm install in bench/)');

  const [server] = await owner.query<{ version: string; fsync: string }>(
    `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync`,
  );
  console.log(`${machine()}, PostgreSQL ${server?.version}, fsync ${server?.fsync}`);
  console.log(headOf('writers'));
  for (const writers of WRITERS) console.log(rowOf(writers, await measureCells(contenders, writers)));

  const ours = await readerOf(store);
  const theirs = await emmett?.makeReader(EVENTS_LOADED);
  const loaders = new Map<Contender, Measure>([['MediaNest', (readers) => drive(ours, readers, ms)]]);
  if (theirs) loaders.set('Emmett', (readers) => drive(theirs, readers, ms));
  console.log(`\nLoads of a stream of ${EVENTS_LOADED} events:\n${headOf('readers')}`);
  for (const readers of READERS) console.log(rowOf(readers, await measureCells(loaders, readers)));
  console.log(`load average after: ${loadAverage()}`);
  await Promise.all([emmett?.close(), store.close()]);
  await sessionsEnded(owner, 'emmett');
  await Promise.all([database.close(), owner.close()]);
}

async function measureCells(contenders: Map<Contender, Measure>, writers: number): Promise<Map<Contender, Cell>> {
  const rounds = new Map<Contender, Cell[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, measure] of contenders) {
      rounds.set(name, [...(rounds.get(name) ?? []), await measure(writers)]);
    }
  }
  return new Map([...rounds].map(([name, cells]) => [name, medianOf(cells)]));
}

function headOf(who: string): string {
  return (
    `| ${who} | pgbench /s (p50 / p99 ms) | MediaNest /s (p50 / p99 ms) | Emmett /s (p50 / p99 ms) | of pgbench | of Emmett |\n` +
    '|---|---|---|---|---|---|'
  );
}

function rowOf(writers: number, cells: Map<Contender, Cell>): string {
  const tell = (cell?: Cell) =>
    cell ? `${Math.round(cell.perSecond)} (${cell.p50.toFixed(2)} / ${cell.p99.toFixed(2)})` : 'left out';
  const [raw, ours, peer] = (['pgbench', 'MediaNest', 'Emmett'] as const).map((name) => cells.get(name));
  const ratio = (other?: Cell) => (ours && other ? `${(ours.perSecond / other.perSecond).toFixed(2)} x` : '');
  return `| ${[writers, tell(raw), tell(ours), tell(peer), ratio(raw), ratio(peer)].join(' | ')} |`;
}

function machine(): string {
  const cpus = os.cpus();
  const git = (...args: string[]) => execFileSync('git', args, { cwd: __dirname, encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--', '../src/mechanisms', '../migrations', '.') ? ' with changes' : '';
  const commit = `${git('rev-parse', '--short', 'HEAD')}${changed}`;
  return `${cpus.length} x ${cpus[0]?.model.trim()}, load average ${loadAverage()}, Node ${process.version}, commit ${commit}`;
}

function loadAverage(): string {
  return os.loadavg()[0]!.toFixed(1);
}

onPrivatePostgres(measureAll).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

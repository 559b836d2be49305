/**
 * What people wait for when they read, with 100,000 requests and 200 services: pages and a dashboard under load, their own writes, and what they missed.
 * `npm run bench:read-side` (with `-- --requests 1000` for a quick look). Two servers of one house, each a process of its own: one on the primary with all roles,
 * one that answers from a real replica; this process asks. Beside each figure stands what the same door takes to say who asks.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import type { MediaNestClient } from '../sdk';
import {
  createMediaNestClient,
  DashboardDocument,
  EventsDocument,
  MeDocument,
  RequestDocument,
  RequestMediaDocument,
  RequestsDocument,
  RequestStatsDocument,
  RequestUpdatedDocument,
  TypedDocumentString,
} from '../sdk';
import type { PostgresDatabase } from '../src/mechanisms/postgres';
import { machine } from './machine';
import type { Cell } from './measure';
import { toCell } from './measure';
import type { BenchHouse } from './read-side-house';
import { inSeededHouse } from './read-side-house';

const PER_SECOND = 50;
const SECONDS = 20;
const WRITES = 150;
const MISSED = 10_000;
const GAP_MS = 20;
const FIRST_TMDB_ID = 900_000_000;

type Ask = (client: MediaNestClient) => Promise<unknown>;
const QUESTIONS: [name: string, ask: Ask, wanted: string][] = [
  ['dashboard', (client) => client.execute(DashboardDocument), 'p95 <= 20'],
  ['a page of 50 requests', (client) => client.execute(RequestsDocument, { first: 50 }), 'p95 <= 15'],
  ['who asks', (client) => client.execute(MeDocument), ''],
];

const row = (name: string, { p50, p95, p99 }: Cell, wanted = '') =>
  console.log(`| ${[name, ...[p50, p95, p99].map((ms) => ms.toFixed(1)), wanted].join(' | ')} |`);
const head = (what: string) => console.log(`\n| ${what} | p50 ms | p95 ms | p99 ms | wanted |\n|---|---|---|---|---|`);

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** The questions in turn, at the rate, whether or not the ones before are answered. */
async function underLoad(where: string, client: MediaNestClient): Promise<void> {
  const times = QUESTIONS.map((): Promise<number>[] => []);
  for (const [, ask] of QUESTIONS) for (let n = 0; n < 100; n++) await ask(client); // warm
  const began = performance.now();
  for (let n = 0; n < PER_SECOND * SECONDS; n++) {
    await pause(Math.max(0, began + (n * 1_000) / PER_SECOND - performance.now()));
    const which = n % QUESTIONS.length;
    times[which]!.push(timed(() => QUESTIONS[which]![1](client)));
  }
  head(`${where}, ${PER_SECOND} questions a second for ${SECONDS} s`);
  for (const [index, [name, , wanted]] of QUESTIONS.entries()) {
    row(name, toCell(await Promise.all(times[index]!), SECONDS), wanted);
  }
}

/** What RequestDocument asks for of its row, without its timeline and its place in the queue, which are reads of their own. */
const RowDocument = new TypedDocumentString<{ request: { id: string } | null }, { id: string; atLeast: string }>(
  'query Row($id: ID!, $atLeast: Position) { request(id: $id, atLeast: $atLeast) { id title year quality status stage requestedAt } }',
);

/** Looks at nothing else until the row is there. */
async function untilVisible(database: PostgresDatabase, requestId: string): Promise<void> {
  const sql = 'select from request_view where request_id = $1';
  while ((await database.query(sql, [requestId])).length === 0);
}

/** From the answer to a mutation to what it wrote, seen in different ways. */
async function afterWrites({ cluster }: BenchHouse, writer: MediaNestClient, reader: MediaNestClient): Promise<void> {
  const replica = cluster.replicas[0]!.owner;
  type Written = { id: string; atLeast: string };
  const ways: [name: string, look: (written: Written) => Promise<unknown>, wanted: string][] = [
    ['its row on the primary', ({ id }) => untilVisible(cluster.primary.owner, id), ''],
    ['its row on the replica', ({ id }) => untilVisible(replica, id), ''],
    ['request(atLeast) on the primary', (written) => writer.execute(RequestDocument, written), ''],
    ['request(atLeast) on the replica, of its row', (written) => reader.execute(RowDocument, written), 'p50 <= 5'],
    ['the same with its timeline and place', (written) => reader.execute(RequestDocument, written), 'p50 <= 5'],
    [
      'requestStats(atLeast) on the replica',
      ({ atLeast }) => reader.execute(RequestStatsDocument, { atLeast }),
      'p50 <= 5',
    ],
  ];
  const times = ways.map((): number[] => []);
  // As if they had been searched for.
  await cluster.primary.owner.query(
    `insert into title_cache (media_type, tmdb_id, title, year, observed_at)
     select 'MOVIE', $1::int + n, 'Film ' || n, 2000, now() from generate_series(0, $2::int) as n`,
    [FIRST_TMDB_ID, WRITES * ways.length],
  );
  for (let n = 0; n < WRITES * ways.length; n++) {
    const input = { title: { type: 'MOVIE' as const, tmdbId: FIRST_TMDB_ID + n } };
    const { requestMedia } = await writer.execute(RequestMediaDocument, { input });
    const written = { id: requestMedia.request!.id, atLeast: requestMedia.position! };
    const which = n % ways.length;
    times[which]!.push(await timed(() => ways[which]![1](written)));
    await pause(GAP_MS);
  }
  head(`after ${WRITES} writes were acknowledged`);
  for (const [index, [name, , wanted]] of ways.entries()) row(name, toCell(times[index]!, 1), wanted);
}

/** A subscriber comes back. */
async function missed(where: string, { cluster }: BenchHouse, client: MediaNestClient): Promise<void> {
  const changes = await cluster.primary.owner.query<{ position: string; store: string }>(
    `select position, (select id from event_store) as store from change_feed
     where projection = 'request-view' and kind = 'request' order by position desc limit $1 + 1`,
    [MISSED],
  );
  const { position, store } = changes.at(-1)!;
  const count = changes.length - 1;
  const subscription = client.subscribe(RequestUpdatedDocument, { after: `p1.${store}.${position}` });
  const began = performance.now();
  for (let n = 0; n < count; n++) await subscription.next();
  const seconds = (performance.now() - began) / 1_000;
  await subscription.return?.();
  console.log(`\n${count} changes that a subscriber missed, ${where}: ${seconds.toFixed(2)} s (wanted: <= 2)`);
}

async function readLog(client: MediaNestClient): Promise<void> {
  head('the log, by one who asks one after the other');
  for (const [name, types] of [
    ['50 events', undefined],
    ['50 events of a type', ['MediaBecameAvailable']],
    ['a type that is not there', ['RoleChanged']],
  ] as const) {
    const variables = { first: 50, ...(types && { types: [...types] }) };
    const times: number[] = [];
    for (let n = 0; n < 30; n++) times.push(await timed(() => client.execute(EventsDocument, variables)));
    row(name, toCell(times, 1));
  }
}

async function measure(house: BenchHouse): Promise<void> {
  const { writerUrl, readerUrl, token } = house;
  const [writer, reader] = [writerUrl, readerUrl].map((url) =>
    createMediaNestClient({ url, token, webSocket: WebSocket, patienceMs: 0 }),
  ) as [MediaNestClient, MediaNestClient];
  console.log(machine());
  await underLoad('on the primary', writer);
  await underLoad('on the replica', reader);
  await afterWrites(house, writer, reader);
  await missed('at the server with all roles', house, writer);
  await missed('at the other', house, reader);
  await readLog(reader);
  await Promise.all([writer.close(), reader.close()]);
  console.log(`\n${machine()}`);
}

async function main(): Promise<void> {
  const options = {
    requests: { type: 'string', default: '100000' },
    services: { type: 'string', default: '200' },
  } as const;
  const { values } = parseArgs({ options });
  await inSeededHouse({ requests: Number(values.requests), services: Number(values.services) }, measure);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

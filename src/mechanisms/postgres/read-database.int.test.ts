import { setTimeout as pause } from 'node:timers/promises';
import { createLogger } from '../observability';
import { until } from '../pubsub/testing';
import type { PostgresDatabase, ReadDatabase } from '.';
import { asRole, APP_ROLE, createDatabase, createReadDatabase } from '.';
import { createReplica } from './replica';
import type { TestCluster } from './testing';
import { createTestCluster } from './testing';
import { createWalTrail } from './wal-trail';

jest.setTimeout(60_000);

const log = createLogger({ level: 'silent' });
let cluster: TestCluster;
let primary: PostgresDatabase;
let reads: ReadDatabase;

beforeAll(async () => {
  cluster = await createTestCluster({ replicas: 2 });
  primary = createDatabase({ connection: cluster.primary.appUrl, max: 4, applicationName: 'test', log });
});
afterAll(async () => {
  await primary.close();
  await cluster.drop();
});
afterEach(() => reads.close());

function open(
  urls = cluster.replicas.map(({ appUrl }) => appUrl),
  { lagBoundMs = 2_000, maxWaitMs = 5_000 } = {},
): ReadDatabase {
  reads = createReadDatabase({
    primary,
    replicas: urls.map((url) => asRole(url, { user: APP_ROLE })),
    max: 4,
    statementTimeoutMs: 5_000,
    maxWaitMs,
    lagBoundMs,
    lookMs: 20,
    log,
  });
  return reads;
}
const states = (...wanted: string[]) =>
  until(() => reads.replicas().every(({ state }, index) => state === wanted[index]));
const where = async (place: Pick<ReadDatabase, 'query'> = reads) => {
  const [row] = await place.query<{ cluster_name: string }>('show cluster_name');
  return row?.cluster_name;
};
const manyReads = () => Promise.all(Array.from({ length: 20 }, () => where()));

it('reads at all replicas, and not on the primary', async () => {
  open();
  await states('SERVING', 'SERVING');
  expect(new Set(await manyReads())).toEqual(new Set(['replica-1', 'replica-2']));
  expect(await where(reads.primary)).toBe('primary');
});

it('reads on the primary without replicas, and before any was looked at', async () => {
  expect(await where(open([]))).toBe('primary');
  await reads.close();
  expect(await where(open())).toBe('primary');
});

it('leaves out one that is behind, and takes it back', async () => {
  open(undefined, { lagBoundMs: 300 });
  await states('SERVING', 'SERVING');
  const [first] = cluster.replicas;
  await first!.owner.query('select pg_wal_replay_pause()');
  await until(async () => {
    await cluster.primary.owner.query('select pg_logical_emit_message(false, $1, $1)', ['x']);
    return reads.replicas()[0]?.state === 'BEHIND';
  });
  expect(reads.replicas()[0]?.lagMs).toBeGreaterThan(300);
  expect(new Set(await manyReads())).toEqual(new Set(['replica-2']));
  await first!.owner.query('select pg_wal_replay_resume()');
  await states('SERVING', 'SERVING');
});

it('tells who reads how far behind the place is', async () => {
  open([cluster.replicas[0]!.appUrl], { lagBoundMs: 60_000 });
  await states('SERVING');
  const [first] = cluster.replicas;
  await first!.owner.query('select pg_wal_replay_pause()');
  await cluster.primary.owner.query('select pg_logical_emit_message(false, $1, $1)', ['x']);
  await until(async () => (await reads.read((_place, lagMs) => Promise.resolve(lagMs))) > 300);
  await first!.owner.query('select pg_wal_replay_resume()');
});

it('takes for no replica what is the primary itself', async () => {
  open([cluster.primary.appUrl, cluster.replicas[0]!.appUrl]);
  await states('AWAY', 'SERVING');
  await pause(100); // some looks
  expect(reads.replicas()).toMatchObject([{ state: 'AWAY' }, { state: 'SERVING' }]);
});

/** What one look at the first replica tells. */
async function lookAt(system: string | null, { trail = createWalTrail(), lagBoundMs = Infinity } = {}) {
  open([]);
  const connection = asRole(cluster.replicas[0]!.appUrl, { user: APP_ROLE });
  const limits = { max: 1, statementTimeoutMs: 5_000, maxWaitMs: 5_000, lagBoundMs };
  const replica = createReplica({ connection, ...limits, trail, systemOf: () => system, log });
  await replica.look();
  await replica.close();
  return replica.status();
}

it.each([
  ['of another server', '1'],
  ['while it is unknown which server the primary is', null],
])('takes for no replica one %s', async (_what, system) => {
  expect(await lookAt(system)).toMatchObject({ state: 'AWAY' });
});

it('tells a lag beyond the bound as more than the bound', async () => {
  const [found] = await primary.query<{ system: string }>(
    'select system_identifier::text as system from pg_control_system()',
  );
  const trail = { ...createWalTrail(), lagOf: () => 300.2 };
  expect(await lookAt(found!.system, { trail, lagBoundMs: 300 })).toMatchObject({ state: 'BEHIND', lagMs: 301 });
});

it('answers while one is killed, and takes it back', async () => {
  open([cluster.replicas[0]!.appUrl]);
  await states('SERVING');
  cluster.replicas[0]!.kill();
  let away = false;
  await until(async () => {
    away ||= (await where()) === 'primary';
    return away && reads.replicas()[0]?.state === 'SERVING';
  });
  expect(await where()).toBe('replica-1');
});

it('answers a read that runs on one that freezes, elsewhere', async () => {
  open([cluster.replicas[0]!.appUrl]);
  await states('SERVING');
  const thaw = cluster.replicas[0]!.freeze();
  try {
    expect(reads.replicas()).toMatchObject([{ state: 'SERVING' }]); // nobody knows yet
    expect(await where()).toBe('primary');
    expect(reads.replicas()).toMatchObject([{ state: 'AWAY' }]);
  } finally {
    thaw();
  }
  await states('SERVING');
});

it('answers elsewhere who would wait too long at a replica', async () => {
  open([cluster.replicas[0]!.appUrl], { maxWaitMs: 20 });
  await states('SERVING');
  const thaw = cluster.replicas[0]!.freeze();
  try {
    const stuck = Array.from({ length: 5 }, () => where()); // one of them in the queue
    await pause(30);
    expect(await where()).toBe('primary');
    expect(await Promise.all(stuck)).toEqual(Array.from({ length: 5 }, () => 'primary'));
  } finally {
    thaw();
  }
  await states('SERVING');
});

it('answers elsewhere while the end of a lock is not replayed, for somebody reads there for long', async () => {
  open([cluster.replicas[0]!.appUrl]);
  await states('SERVING');
  const whereItReads = async () => {
    const sql = `select current_setting('cluster_name') as name, (select count(*) from request_view)`;
    return (await reads.query<{ name: string }>(sql))[0]?.name;
  };
  expect(await whereItReads()).toBe('replica-1');
  await cluster.replicas[0]!.owner.transaction(async (backup) => {
    await backup.query('select from request_view');
    await cluster.primary.owner.transaction((swap) => swap.query('lock table request_view in access exclusive mode'));
    await until(async () => (await whereItReads()) === 'primary');
    expect(reads.replicas()).toMatchObject([{ state: 'SERVING' }]);
  });
  await until(async () => (await whereItReads()) === 'replica-1');
});

it('goes on at a replica while the primary is killed', async () => {
  open([cluster.replicas[1]!.appUrl]);
  await states('SERVING');
  cluster.primary.kill();
  await until(() =>
    primary.query('select 1').then(
      () => false,
      () => true,
    ),
  ); // nobody serves there
  expect(await where()).toBe('replica-2');
  await until(() => primary.query('select 1').catch(() => null));
  await primary.query('select 1');
  await states('SERVING');
});

it('answers on the primary what the replica had to end, and errors of SQL as they are', async () => {
  open([cluster.replicas[1]!.appUrl]);
  await states('SERVING');
  const places: (string | undefined)[] = [];
  const answer = await reads.read(async (place) => {
    places.push(await where(place));
    if (places.length === 1) throw Object.assign(new Error('conflict with recovery'), { code: '40001' });
    return 'fine';
  });
  expect([answer, places]).toEqual(['fine', ['replica-2', 'primary']]);
  await expect(reads.query('select 1 / 0')).rejects.toMatchObject({ code: '22012' });
  expect(reads.replicas()).toMatchObject([{ state: 'SERVING' }]);
});

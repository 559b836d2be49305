import type { StoredEvent } from '../event-store';
import { createLogger } from '../observability';
import type { PostgresDatabase, ReadDatabase } from '../postgres';
import { APP_ROLE, asRole, createDatabase, createReadDatabase } from '../postgres';
import type { TestCluster } from '../postgres/testing';
import { createTestCluster } from '../postgres/testing';
import { until } from '../pubsub/testing';
import type { View } from '.';
import { createViews } from '.';
import { applyBatch } from './batch';
import type { BatchDatabase } from './begun-ahead';
import { advance } from './checkpoint';

jest.setTimeout(60_000);

const log = createLogger({ level: 'silent' });
let cluster: TestCluster;
let primary: PostgresDatabase;
let reads: ReadDatabase;
let view: View;
const replica = () => cluster.replicas[0]!.owner;

const viewWith = (place: ReadDatabase, patienceMs = 5_000) =>
  createViews({ reads: place, store: { storeId: 'st1' }, projections: [{ name: 'counted', version: 1 }], patienceMs })(
    'counted',
  );

beforeAll(async () => {
  cluster = await createTestCluster({ replicas: 1 });
  primary = createDatabase({ connection: cluster.primary.appUrl, max: 4, applicationName: 'test', log });
  await cluster.primary.owner.query('create table counted (position bigint primary key)');
  await cluster.primary.owner.query('grant all on counted to medianest_app');
  reads = createReadDatabase({
    primary,
    replicas: [asRole(cluster.replicas[0]!.appUrl, { user: APP_ROLE })],
    max: 4,
    statementTimeoutMs: 5_000,
    maxWaitMs: 5_000,
    lagBoundMs: 60_000,
    lookMs: 20,
    log,
  });
  view = viewWith(reads);
  await until(() => reads.replicas()[0]?.state === 'SERVING');
});
afterAll(async () => {
  await reads.close();
  await primary.close();
  await cluster.drop();
});
afterEach(async () => {
  await replica().query('select pg_wal_replay_resume()');
  await primary.query(`update projection_checkpoint set state = 'LIVE', version = 1`);
});

/** As a projection writes: row and checkpoint in one transaction. */
let head = 0n;
const project = (storeId = 'st1') =>
  primary.transaction(async (tx) => {
    head += 1n;
    await tx.query('insert into counted values ($1)', [head]);
    await tx.query(
      `insert into projection_checkpoint (name, version, position, store_id, epoch, state) values ('counted', 1, $1, $2, 1, 'LIVE')
       on conflict (name) do update set position = excluded.position, store_id = excluded.store_id`,
      [head, storeId],
    );
  });
const SQL = `select position, current_setting('cluster_name') as place from counted where position > $1 order by position desc limit 3`;
const NEWEST = { name: 'newest', text: SQL };
const read = async (of: View, atLeast?: bigint) => {
  const rows = await of.prepared<{ position: string; place: string }>(NEWEST, [0], atLeast);
  return { newest: BigInt(rows[0]?.position ?? 0), place: rows[0]?.place, order: rows.map(({ position }) => position) };
};

it('reads what was just written at the replica, as soon as it is there', async () => {
  for (let n = 0; n < 30; n += 1) {
    await project();
    expect(await read(view, head)).toMatchObject({ newest: head, place: 'replica-1' });
  }
});

it('while the replay is paused, a read without a position is old, and one with it is not', async () => {
  const before = head;
  await replica().query('select pg_wal_replay_pause()');
  await project();
  expect(await read(view)).toMatchObject({ newest: before, place: 'replica-1' });
  expect(await read(view, before)).toMatchObject({ newest: before, place: 'replica-1' });
  expect(await read(viewWith(reads, 100), head)).toMatchObject({ newest: head, place: 'primary' });
});

it('waits for a replica that comes in time', async () => {
  await replica().query('select pg_wal_replay_pause()');
  await project();
  const reading = read(view, head);
  await replica().query('select pg_wal_replay_resume()');
  expect(await reading).toMatchObject({ newest: head, place: 'replica-1' });
});

it('asks a replica that is known to be far behind, and does not wait for it', async () => {
  const farBehind: ReadDatabase = { ...reads, read: (work) => reads.read((place) => work(place, 2 ** 29)) };
  const before = head;
  await read(view, before); // it is there
  await replica().query('select pg_wal_replay_pause()');
  await project();
  expect(await read(viewWith(farBehind, 2 ** 30), before)).toMatchObject({ newest: before, place: 'replica-1' });
  const reading = read(viewWith(farBehind, 2 ** 30), head + 1n);
  await project(); // the primary is waited for
  expect(await reading).toMatchObject({ newest: head, place: 'primary' });
});

it('keeps the order of the rows, and knows none from one', async () => {
  await project();
  const inOrder = [head, head - 1n, head - 2n].map(String);
  expect((await read(view, head)).order).toEqual(inOrder);
  expect(await view.query(SQL, [0], head)).toMatchObject(inOrder.map((position) => ({ position })));
  expect(await view.query(SQL, [head], head)).toEqual([]);
});

it('does not read rows that are too old', async () => {
  await project();
  const reading = viewWith(reads, 50).query('select from counted where 1 / (position - position) = 1', [], head + 1n);
  await expect(reading).rejects.toMatchObject({ code: 'STALE_READ' });
});

it('reads on at the replica while its tables are swapped for others, which have the same rows', async () => {
  let isOver = false;
  const counts = new Set<string>();
  const count = { name: 'count', text: 'select count(*) from counted' };
  const reading = [undefined, head].map(async (atLeast) => {
    while (!isOver) {
      for (const asked of [view.query(count.text, [], atLeast), view.prepared(count, [], atLeast)])
        counts.add(((await asked) as { count: string }[])[0]!.count);
    }
  });
  const swap = async () => {
    await primary.query(`select begin_rebuild('{counted}')`);
    await primary.query('insert into medianest_rebuild.counted select * from counted');
    await primary.query(`select swap_rebuild('{counted}', 1000)`);
  };
  for (let swaps = 0; swaps < 10; swaps += 1) await swap();
  await project();
  expect((await read(view, head)).newest).toBe(head); // the replica is there
  isOver = true;
  await Promise.all(reading);
  const last = Number(head);
  expect([...counts].filter((count) => Number(count) < last - 1 || Number(count) > last)).toEqual([]);
});

const stale = (standsStill: boolean) => ({ code: 'STALE_READ', standsStill });

it('is a stale read when the projection is not there in time', async () => {
  await expect(read(viewWith(reads, 50), head + 1n)).rejects.toMatchObject(stale(false));
});

it.each([`state = 'STOPPED'`, 'version = 0', 'version = 2'])('is one at once where the row says %s', async (still) => {
  await project();
  await primary.query(`update projection_checkpoint set ${still}`);
  await project(); // where it stands still is there; what comes after is not
  await expect(read(viewWith(reads, 2 ** 30), head + 1n)).rejects.toMatchObject(stale(true));
  expect(await read(view, head)).toMatchObject({ newest: head });
});

it('waits for the disk in the transaction of a projection where a replica listens, for that is what it is sent', async () => {
  await project();
  const projection = { name: 'counted', version: 1 };
  const shown = await primary.transaction(async (tx) => {
    await advance(tx, { projection, epoch: 1n }, { from: head, position: head, state: 'LIVE' });
    return tx.query(`select setting from pg_settings where name = 'synchronous_commit'`);
  });
  expect(shown).toEqual([{ setting: 'on' }]);
});

it.each([
  { of: 'a view, since whoever writes rows of the same events brings it there', tables: ['counted'], setting: 'off' },
  { of: 'a reactor, which is what brings it there else', tables: [], setting: 'on' },
])('where nothing is written but the checkpoint of $of, $setting is how it waits', async ({ tables, setting }) => {
  await project();
  const shown: object[] = [];
  const database: BatchDatabase = {
    transaction: primary.transaction,
    prepared: (...statement) =>
      primary.transaction(async (tx) => {
        const rows = await tx.prepared<never>(...statement);
        shown.push(...(await tx.query(`select setting from pg_settings where name = 'synchronous_commit'`)));
        return rows;
      }),
  };
  const projection = { name: 'counted', version: 1, handles: [], tables, project: async () => [] };
  const codecs = { requireKnown: () => undefined };
  const feed = { write: () => Promise.resolve() };
  const parts = { database, projection, codecs, feed, log, epoch: 1n, parked: new Map(), committed: () => undefined };
  await applyBatch(parts, { from: head, events: [{ globalPosition: head } as StoredEvent], state: 'LIVE' });
  expect(shown).toEqual([{ setting }]);
});

it('takes the position of another store for none, and a projection that never ran for one at the beginning', async () => {
  await project('st2');
  await expect(read(viewWith(reads, 50), head)).rejects.toMatchObject({ code: 'STALE_READ' });
  await project();
  await cluster.primary.owner.query('delete from projection_checkpoint');
  await until(async () => (await replica().query('select from projection_checkpoint')).length === 0);
  await expect(read(viewWith(reads, 50), 1n)).rejects.toMatchObject({ code: 'STALE_READ' });
  await project();
});

it('works the same without replicas', async () => {
  const alone = createReadDatabase({
    primary,
    replicas: [],
    max: 1,
    statementTimeoutMs: 5_000,
    maxWaitMs: 5_000,
    lagBoundMs: 1_000,
    log,
  });
  await project();
  expect(await read(viewWith(alone), head)).toMatchObject({ newest: head, place: 'primary' });
  const reading = read(viewWith(alone), head + 1n);
  await project();
  expect(await reading).toMatchObject({ newest: head });
  await expect(read(viewWith(alone, 50), head + 1n)).rejects.toMatchObject({ code: 'STALE_READ' });
});

import { createLogger } from '../observability';
import type { TestDatabase } from '../postgres/testing';
import { createTestDatabase } from '../postgres/testing';
import { until } from '../pubsub/testing';
import type { Leases } from '.';
import { createLeases, endAllLeases } from '.';

const log = createLogger({ level: 'silent' });

describe('leases', () => {
  let test: TestDatabase;
  let open: Leases[] = [];
  const leasesOf = (holder: string, leaseMs = 60_000): Leases => {
    const leases = createLeases({ database: test.database, holder, leaseMs, log });
    open.push(leases);
    return leases;
  };
  /** As if the holder had not renewed for long. */
  const runOut = (name: string) =>
    test.database.query(`update lease set expires_at = now() - interval '1 s' where name = $1`, [name]);

  beforeAll(async () => (test = await createTestDatabase()));
  afterEach(async () => {
    await Promise.all(open.map((leases) => leases.close()));
    open = [];
    await test.database.query('delete from lease');
  });
  afterAll(() => test.drop());

  it('has one holder', async () => {
    const [a, b] = [leasesOf('a'), leasesOf('b')];
    expect(await a.acquire('one')).toMatchObject({ name: 'one', epoch: 1n });
    expect(await b.acquire('one')).toBeNull();
    expect(await b.acquire('other')).not.toBeNull();
  });

  it('goes to one of many who ask at once', async () => {
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((holder) => leasesOf(holder).acquire('one')));
    expect(answers.filter(Boolean)).toHaveLength(1);
  });

  it('is taken over when it ran out, with a higher epoch, and the old holder hears of it', async () => {
    const [a, b] = [leasesOf('a', 150), leasesOf('b')];
    let lost = 0;
    const first = await a.acquire('one', { onLost: () => (lost += 1) });
    // One statement, so that the renewal cannot come between.
    await test.database.query(`update lease set expires_at = '-infinity', holder = 'nobody' where name = 'one'`);
    const second = await b.acquire('one');
    expect(second?.epoch).toBe(2n);
    await until(() => lost);
    expect(first?.held()).toBe(false);
    expect(second?.held()).toBe(true);
    await first?.release();
    expect(await leasesOf('c').acquire('one')).toBeNull();
  });

  it('is kept by renewing for longer than it lasts, by the clock of Postgres', async () => {
    const leases = leasesOf('a', 300);
    const lease = await leases.acquire('one');
    const [{ first }] = (await test.database.query<{ first: Date }>('select expires_at as first from lease')) as [
      { first: Date },
    ];
    await until(async () => {
      const [row] = await test.database.query<{ later: boolean }>('select clock_timestamp() > $1 as later', [first]);
      return row?.later;
    });
    expect(await leasesOf('b').acquire('one')).toBeNull();
    expect(lease?.held()).toBe(true);
  });

  it('stays with its holder when it ran out and nobody took it', async () => {
    const lease = await leasesOf('a', 150).acquire('one');
    await runOut('one');
    await until(async () => (await test.database.query('select 1 from lease where expires_at > now()')).length);
    expect(lease?.held()).toBe(true);
  });

  it('is free at once where all are ended, whoever held it', async () => {
    const [a, b] = [leasesOf('a'), leasesOf('b')];
    await a.acquire('one');
    await endAllLeases(test.database);
    expect((await b.acquire('one'))?.epoch).toBe(2n);
  });

  it('given back, it is free at once, and its epoch still rises', async () => {
    const [a, b] = [leasesOf('a'), leasesOf('b')];
    await (await a.acquire('one'))?.release();
    expect((await b.acquire('one'))?.epoch).toBe(2n);
    await b.close();
    expect((await a.acquire('one'))?.epoch).toBe(3n);
  });
});

import { createServer, Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseUnavailable } from '../errors';
import { createLogger } from '../observability';
import { until } from '../pubsub/testing';
import type { DatabaseOptions, PostgresDatabase } from '.';
import { createDatabase } from '.';
import type { TestDatabase } from './testing';
import { createTestDatabase, lentOf } from './testing';

const log = createLogger({ level: 'silent' });

let test: TestDatabase;
beforeAll(async () => void (test = await createTestDatabase()));
afterAll(() => test.drop());

/** Ends every session of the serving role, as a restart of the server does. */
const terminate = () =>
  test.owner.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and usename = 'medianest_app'`,
  );

it('gives int8 as a string', async () => {
  expect(await test.database.query('select $1::int8 as n', ['9007199254740993'])).toEqual([{ n: '9007199254740993' }]);
});

it('shows the server the name of the application', async () => {
  expect(await test.database.query('show application_name')).toEqual([{ application_name: 'test' }]);
});

it('leaves errors of SQL as they are', async () => {
  await expect(test.database.query('select * from nowhere')).rejects.toMatchObject({ code: '42P01' });
});

it('prepares anew what a migration gave other types, on all connections; in a transaction from the next one on', async () => {
  await test.owner.query(
    'create table aged (n int); insert into aged values (1); grant select on aged to medianest_app',
  );
  const of = (by: string) => ({ name: 'aged', text: `select *, '${by}' as by from aged` });
  const onAll = () => Promise.all([1, 2, 3].map(() => test.database.prepared(of('each'))));
  const together = () => test.database.transaction((tx) => tx.prepared(of('all')));
  const answers = async () => [...(await onAll()), await together()];
  const expected = (row: object) => ['each', 'each', 'each', 'all'].map((by) => [{ ...row, by }]);
  expect(await answers()).toEqual(expected({ n: 1 }));
  await test.owner.query(`alter table aged alter n type text, add added text default 'later'`);
  await expect(together()).rejects.toMatchObject({ code: '0A000' });
  expect(await answers()).toEqual(expected({ n: '1', added: 'later' }));
});

it('ends a statement that takes longer than allowed', async () => {
  const hasty = createDatabase({
    connection: test.connection.app,
    max: 1,
    applicationName: 'hasty',
    log,
    statementTimeoutMs: 50,
  });
  await expect(hasty.query('select pg_sleep(10)')).rejects.toMatchObject({ code: '57014' });
  await hasty.close();
});

describe('a pool', () => {
  const open = (options: Partial<DatabaseOptions>) =>
    createDatabase({ connection: test.connection.app, max: 1, applicationName: 'narrow', log, ...options });
  /** Holds a connection until it is told to leave. */
  async function hold(database: PostgresDatabase) {
    let leave = (): void => undefined;
    const told = new Promise<void>((resolve) => (leave = resolve));
    let left: Promise<void> | undefined;
    await new Promise<void>((taken) => {
      left = database.transaction(async (tx) => {
        await tx.query('select 1');
        taken();
        await told;
      });
    });
    return () => (leave(), left);
  }

  it('that is used up turns away who would wait too long, says when to come again, and serves the others', async () => {
    const narrow = open({ max: 2, maxWaitMs: 50 });
    const ask = () => narrow.query<{ n: number }>('select 1 as n');
    const holders = [await hold(narrow), await hold(narrow)];
    const waiting = [ask(), ask()];
    await pause(60);
    for (const refused of [ask, () => narrow.transaction((tx) => tx.query('select 1'))]) {
      const error = await refused().catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'OVERLOADED', retryable: true, retryAfter: expect.any(Date) });
    }
    await Promise.all(holders.map((leave) => leave()));
    expect(await Promise.all(waiting)).toEqual([[{ n: 1 }], [{ n: 1 }]]);
    expect(await ask()).toEqual([{ n: 1 }]);
    await narrow.close();
  });

  it('says the same to who was let in, and waited in vain', async () => {
    const narrow = open({ maxWaitMs: 60_000 });
    const leave = await hold(narrow);
    narrow.pool.options.connectionTimeoutMillis = 50;
    const refused = { code: 'OVERLOADED', retryAfter: expect.any(Date) };
    await expect(narrow.query('select 1')).rejects.toMatchObject(refused);
    await leave();
    await narrow.close();
  });

  it('lends what is free also while a new connection hangs', async () => {
    const sockets: Socket[] = [];
    const stream = () => {
      const socket = new Socket();
      if (sockets.push(socket) === 2) socket.connect = () => socket; // it never comes about
      return socket;
    };
    const wide = open({ connection: { ...test.connection.app, stream }, max: 3, maxWaitMs: 50 });
    const leave = await hold(wide);
    const hanging = wide.query('select 1').catch((error: unknown) => error);
    await pause(60);
    await leave();
    expect(await wide.query('select 1 as n')).toEqual([{ n: 1 }]);
    sockets[1]!.destroy();
    expect(await hanging).toBeInstanceOf(DatabaseUnavailable);
    await wide.close();
  });

  it('grows while somebody would wait, to its bound, and shrinks when there is less to do', async () => {
    const wide = open({ max: 4 });
    wide.pool.options.idleTimeoutMillis = 50;
    await wide.query('select 1');
    await wide.query('select 1');
    expect(wide.pool.totalCount).toBe(1); // nobody had to wait
    const holders = [await hold(wide), await hold(wide), await hold(wide)];
    expect(wide.pool.totalCount).toBe(3);
    const more = Array.from({ length: 5 }, () => wide.query('select pg_sleep(0.01)'));
    expect(wide.pool).toMatchObject({ totalCount: 4, waitingCount: 4 });
    await Promise.all([...more, ...holders.map((leave) => leave())]);
    await until(() => wide.pool.totalCount === 0);
    await wide.close();
  });

  it('has every connection back, however a statement or a transaction ended', async () => {
    const leaky = open({ max: 3, statementTimeoutMs: 50 });
    const failing: (() => Promise<unknown>)[] = [
      () => leaky.query('nonsense'),
      () => leaky.query('select pg_sleep(1)'),
      () => leaky.prepared({ name: 'wrong', text: 'select $1::int' }, ['x']),
      () => leaky.transaction((tx) => tx.query('nonsense')),
      () => leaky.transaction(() => Promise.reject(new Error('changed my mind'))),
      () => leaky.transaction((tx) => tx.query('select pg_terminate_backend(pg_backend_pid())')),
    ];
    for (const ask of failing) expect(await ask().catch((error: unknown) => error)).toBeInstanceOf(Error);
    await Promise.all(failing.map((ask) => ask().catch(() => undefined)));
    expect(lentOf(leaky)).toBe(0);
    expect(await leaky.query('select 1 as n')).toEqual([{ n: 1 }]);
    await leaky.close();
  });
});

describe('when the server ends the sessions', () => {
  it('the pool goes on with new ones', async () => {
    await test.database.query('select 1');
    await terminate();
    expect(await untilAnswer(test.database)).toEqual([{ n: 1 }]);
  });
});

describe('when the server freezes', () => {
  it.each<[string, (database: PostgresDatabase) => Promise<unknown>]>([
    ['statement', (database) => database.query('select 1')],
    ['transaction', (database) => database.transaction((tx) => tx.query('select 1'))],
  ])('a %s is given up, and the next one has another connection', async (_what, ask) => {
    const hasty = createDatabase({
      connection: test.connection.app,
      max: 1,
      applicationName: 'hasty',
      log,
      statementTimeoutMs: 50,
    });
    const session = async () => (await hasty.query<{ pid: number }>('select pg_backend_pid() as pid'))[0]!.pid;
    const frozen = await session();
    process.kill(frozen, 'SIGSTOP');
    try {
      await expect(ask(hasty)).rejects.toBeInstanceOf(DatabaseUnavailable);
      expect(await session()).not.toBe(frozen);
    } finally {
      process.kill(frozen, 'SIGCONT');
      await hasty.close();
    }
  });
});

it('whatever keeps it from connecting is unavailability', async () => {
  const connection = { ...test.connection.app, database: 'nowhere' };
  const refused = createDatabase({ connection, max: 1, applicationName: 'refused', log });
  await expect(refused.query('select 1')).rejects.toBeInstanceOf(DatabaseUnavailable);
  await expect(refused.transaction((tx) => tx.query('select 1'))).rejects.toBeInstanceOf(DatabaseUnavailable);
  await refused.close();
});

describe('when there is no server', () => {
  it.each([
    ['socket', async () => ({ host: '/nowhere/at/all' })],
    ['port', async () => ({ host: '127.0.0.1', port: await closedPort() })],
  ])('a missing %s is unavailability', async (_what, connection) => {
    const absent = createDatabase({ connection: await connection(), max: 1, applicationName: 'absent', log });
    await expect(absent.query('select 1')).rejects.toBeInstanceOf(DatabaseUnavailable);
    await expect(absent.transaction((tx) => tx.query('select 1'))).rejects.toBeInstanceOf(DatabaseUnavailable);
    await absent.close();
  });
});

/** A broken idle connection is noticed by the pool a moment after it broke. */
async function untilAnswer(database: PostgresDatabase): Promise<object[]> {
  for (let left = 20; ; left--) {
    try {
      return await database.query('select 1 as n');
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable) || left === 0) throw error;
    }
  }
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

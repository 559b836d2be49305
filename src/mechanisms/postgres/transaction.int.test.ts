import { DatabaseUnavailable } from '../errors';
import { createLogger } from '../observability';
import { createDatabase } from '.';
import type { Transaction } from '.';
import type { TestDatabase } from './testing';
import { createTestDatabase } from './testing';

const log = createLogger({ level: 'silent' });

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  await test.owner.query('create table note (id int primary key)');
  await test.owner.query('grant all on note to medianest_app');
});
afterEach(() => test.owner.query('truncate note'));
afterAll(() => test.drop());

const notes = async () =>
  (await test.database.query<{ id: number }>('select id from note order by id')).map(({ id }) => id);
const insert = 'insert into note values ($1)';
const NAMED = { name: 'insert_note', text: insert };

describe('a transaction', () => {
  it('keeps everything or nothing', async () => {
    await test.database.transaction((tx) => tx.query(insert, [1]));
    const failing = test.database.transaction(async (tx) => {
      await tx.query(insert, [2]);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await notes()).toEqual([1]);
  });

  it('says so when a swallowed error made a rollback of its commit', async () => {
    const swallowing = test.database.transaction(async (tx) => {
      await tx.query(insert, [1]);
      await tx.query(insert, [1]).catch(() => undefined);
    });
    await expect(swallowing).rejects.toThrow('swallowed');
    expect(await notes()).toEqual([]);
  });

  it('does in their order what it did not wait for, before its commit', async () => {
    const seen = await test.database.transaction(async (tx) => {
      tx.send(insert, [1]);
      const found = await tx.query('select id from note');
      tx.send(NAMED, [2]);
      return found;
    });
    expect(seen).toEqual([{ id: 1 }]);
    expect(await notes()).toEqual([1, 2]);
  });

  it('fails with the error of what it did not wait for, when that is told at the commit or at the next statement', async () => {
    await test.database.query(insert, [1]);
    const atCommit = test.database.transaction(async (tx) => {
      tx.send(insert, [2]);
      tx.send(insert, [1]);
      tx.send(insert, [3]);
    });
    await expect(atCommit).rejects.toMatchObject({ code: '23505' });
    const atNext = test.database.transaction(async (tx) => {
      tx.send(NAMED, [1]);
      await tx.query(insert, [2]);
    });
    await expect(atNext).rejects.toMatchObject({ code: '23505' });
    const reason = new Error('a reason of its own');
    const ofItself = test.database.transaction(async (tx) => {
      tx.send(insert, [1]);
      return Promise.reject(reason);
    });
    await expect(ofItself).rejects.toBe(reason);
    expect(await notes()).toEqual([1]);
  });

  it.each<[string, (tx: Transaction) => void]>([
    ['before others', (tx) => (tx.send(NAMED, [1]), tx.send(insert, [2]))],
    ['as the last', (tx) => tx.send(NAMED, [1])],
  ])('tells why a prepared statement failed that it did not wait for: %s', async (_where, work) => {
    await test.database.query(insert, [1]);
    for (let time = 0; time < 2; time++) {
      await expect(test.database.transaction(async (tx) => work(tx))).rejects.toMatchObject({ code: '23505' });
    }
    expect(await notes()).toEqual([1]);
  });

  it.each<[string, Parameters<Transaction['send']>[0]]>([
    ['as text', insert],
    ['by name', NAMED],
  ])('keeps nothing when what it did not wait for cannot be sent: %s', async (_how, statement) => {
    const failing = test.database.transaction(async (tx) => {
      tx.send(insert, [1]);
      tx.send(statement, [{ id: 2n }]); // JSON knows no bigint
    });
    await expect(failing).rejects.toThrow('BigInt');
    expect(await notes()).toEqual([]);
  });

  it('keeps nothing where a prepared statement is not there any more, and is prepared for none the next time', async () => {
    const one = createDatabase({ connection: test.connection.app, max: 1, applicationName: 'one', log });
    await one.transaction(async (tx) => tx.send(NAMED, [1]));
    const again = () => one.transaction(async (tx) => (tx.send(NAMED, [2]), tx.send(insert, [3])));
    await one.query('deallocate all');
    await expect(again()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true });
    expect(await notes()).toEqual([1]);
    await again();
    expect(await notes()).toEqual([1, 2, 3]);
    await one.close();
  });

  it('goes on preparing after a failure that kept a statement from being prepared', async () => {
    const one = createDatabase({ connection: test.connection.app, max: 1, applicationName: 'one', log });
    await test.database.query(insert, [1]);
    const failing = one.transaction(async (tx) => {
      tx.send(insert, [1]);
      tx.send(NAMED, [2]);
      tx.send(NAMED, [3]);
    });
    await expect(failing).rejects.toMatchObject({ code: '23505' });
    await one.transaction(async (tx) => tx.send(NAMED, [2]));
    expect(await one.query('select from pg_prepared_statements')).toHaveLength(1);
    expect(await notes()).toEqual([1, 2]);
    await one.close();
  });

  it('sends nothing before it has begun', async () => {
    const one = createDatabase({ connection: test.connection.app, max: 1, applicationName: 'one', log });
    one.pool.on('connect', (client) => {
      const query = client.query.bind(client) as (...args: unknown[]) => unknown;
      const cancelled = Object.assign(new Error('cancelled'), { code: '57014' });
      const asked = (...args: unknown[]) => (args[0] === 'begin' ? Promise.reject(cancelled) : query(...args));
      Object.assign(client, { query: asked });
    });
    await expect(one.transaction(async (tx) => tx.send(insert, [1]))).rejects.toMatchObject({ code: '57014' });
    expect(await notes()).toEqual([]);
    await one.close();
  });

  it('fails as unavailable when the server ends its session, and the process lives', async () => {
    const broken = test.database.transaction(async (tx) => {
      await tx.query(insert, [1]);
      const [session] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await test.owner.query('select pg_terminate_backend($1, 5000)', [session!.pid]);
      await tx.query(insert, [2]);
    });
    await expect(broken).rejects.toBeInstanceOf(DatabaseUnavailable);
    expect(await notes()).toEqual([]);
  });

  it('gives its connection back, whatever happened', async () => {
    const one = createDatabase({ connection: test.connection.app, max: 1, applicationName: 'one', log });
    await one.transaction((tx) => tx.query('nonsense')).catch(() => undefined);
    await one.transaction(async () => Promise.reject(new Error('no'))).catch(() => undefined);
    expect(await one.transaction((tx) => tx.query('select 1 as n'))).toEqual([{ n: 1 }]);
    await one.close();
  });
});

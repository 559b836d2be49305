import { setTimeout as pause } from 'node:timers/promises';
import { createLogger } from '../observability';
import type { Lane, PostgresDatabase } from '.';
import { createDatabase } from '.';
import type { TestDatabase } from './testing';
import { createTestDatabase } from './testing';

const PID = { name: 'which_session', text: 'select pg_backend_pid() as pid' };
const PREPARED = 'select name from pg_prepared_statements';

let test: TestDatabase;
let database: PostgresDatabase;
beforeAll(async () => void (test = await createTestDatabase()));
afterAll(() => test.drop());
beforeEach(() => {
  const log = createLogger({ level: 'silent' });
  database = createDatabase({ connection: test.connection.app, max: 1, applicationName: 'lane', log });
});
afterEach(() => database.close());

const prepared = async () => (await database.query<{ name: string }>(PREPARED)).map(({ name }) => name);
const sessionOf = async (lane: Lane) => (await lane.query<{ pid: number }>(PID, [], 1_000))[0]!.pid;

describe('a lane', () => {
  it('keeps its connection, and its statements prepared', async () => {
    const lane = database.lane();
    const pid = await sessionOf(lane);
    expect(await sessionOf(lane)).toBe(pid);
    lane.close();
    expect(await prepared()).toEqual([expect.stringMatching(/^which_session_[0-9a-f]{8}$/)]);
  });

  it('takes another when the server ended its own, before a statement has to find that out', async () => {
    const lane = database.lane();
    const pid = await sessionOf(lane);
    await test.owner.query('select pg_terminate_backend($1, 5000)', [pid]);
    while (database.pool.totalCount > 0) await pause(1);
    expect(await sessionOf(lane)).not.toBe(pid);
  });

  it('gives up a statement without an answer, and the connection with it', async () => {
    const lane = database.lane();
    const pid = await sessionOf(lane);
    const slow = lane.query({ name: 'slow', text: 'select pg_sleep(10)' }, [], 50);
    await expect(slow).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(await sessionOf(lane)).not.toBe(pid);
    await test.owner.query('select pg_terminate_backend($1, 5000)', [pid]); // it sleeps on
  });
});

describe('where a pooler hands out other sessions', () => {
  const withoutPreparing = async () => {
    await database.prepared({ name: 'another', text: 'select 1' });
    expect(await prepared()).not.toContainEqual(expect.stringMatching('another'));
  };

  it('goes on without prepared statements when one is not there', async () => {
    const first = await database.prepared(PID);
    await database.query('deallocate all');
    expect(await database.prepared(PID)).toEqual(first);
    await withoutPreparing();
  });

  it('goes on without them when one is there already', async () => {
    const lane = test.database.lane();
    await sessionOf(lane);
    lane.close();
    const [{ name }] = (await test.database.query(PREPARED)) as [{ name: string }];
    await database.query(`prepare ${name} as select 1`);
    expect(await database.prepared(PID)).toEqual([{ pid: expect.any(Number) }]);
    await withoutPreparing();
  });
});

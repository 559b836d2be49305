import { setTimeout as pause } from 'node:timers/promises';
import { createLogger } from '../observability';
import type { Lane, PostgresDatabase } from '.';
import { createDatabase } from '.';
import type { TestDatabase } from './testing';
import { createTestDatabase } from './testing';

const PID = { name: 'which_session', text: 'select pg_backend_pid() as pid' };
const PATIENT = { answerMs: 10_000 };
const PREPARED = { name: 'prepared', text: 'select name from pg_prepared_statements' };

let test: TestDatabase;
let database: PostgresDatabase;
beforeAll(async () => void (test = await createTestDatabase()));
afterAll(() => test.drop());
beforeEach(() => {
  const log = createLogger({ level: 'silent' });
  database = createDatabase({ connection: test.connection.app, max: 1, applicationName: 'lane', log });
});
afterEach(() => database.close());

const prepared = async (lane: Lane) => (await lane.query<{ name: string }>(PREPARED, [])).map(({ name }) => name);
const sessionOf = async (lane: Lane) => (await lane.query<{ pid: number }>(PID, []))[0]!.pid;

describe('a lane', () => {
  it('keeps its connection, and its statements prepared', async () => {
    const lane = database.lane(PATIENT);
    const pid = await sessionOf(lane);
    expect(await sessionOf(lane)).toBe(pid);
    expect(await prepared(lane)).toContainEqual(expect.stringMatching(/^which_session_[0-9a-f]{8}$/));
  });

  it('takes another when the server ended its own, before a statement has to find that out', async () => {
    const lane = database.lane(PATIENT);
    const pid = await sessionOf(lane);
    await test.owner.query('select pg_terminate_backend($1, 5000)', [pid]);
    await pause(20); // its last word is here already, and read in the next turn
    expect(await sessionOf(lane)).not.toBe(pid);
  });

  it('gives up a statement without an answer, and the connection with it, though it idled as long before', async () => {
    const lane = database.lane({ answerMs: 500 });
    await lane.session();
    await pause(600);
    const { pid } = await lane.session();
    const slow = lane.query({ name: 'slow', text: 'select pg_sleep(10)' }, []);
    await expect(slow).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(await sessionOf(lane)).not.toBe(pid);
    await test.owner.query('select pg_terminate_backend($1, 5000)', [pid]); // it sleeps on
  });
});

const wait = (seconds: number) => ({ name: `wait_${seconds * 1_000}`, text: `select pg_sleep(${seconds})` });
const waiting = () =>
  test.owner.query(`select 1 from pg_stat_activity where application_name = 'lane' and query like '%pg_sleep%'`);

describe('statements of a lane', () => {
  it('go out while others have no answer, and are done in their order', async () => {
    const lane = database.lane(PATIENT);
    const order: number[] = [];
    const ask = async (n: number, seconds: number) => {
      await lane.query(wait(seconds), []);
      order.push(n);
    };
    await Promise.all([ask(1, 0.05), ask(2, 0), ask(3, 0)]);
    expect(order).toEqual([1, 2, 3]);
    expect(await test.owner.query(`select 1 from pg_stat_activity where application_name = 'lane'`)).toHaveLength(1);
  });

  it('are not given up when each comes in time, and all of them take longer', async () => {
    const lane = database.lane({ answerMs: 1_500 });
    await Promise.all([1, 2, 3].map(() => lane.query(wait(0.6), [])));
  });

  it('fail each alone', async () => {
    const lane = database.lane(PATIENT);
    const outcomes = await Promise.allSettled([
      lane.query(PID, []),
      lane.query({ name: 'wrong', text: 'select 1 / 0' }, []),
      lane.query(PID, []),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { code: '22012' } });
  });

  it('have the settings of the lane, and only of the lane', async () => {
    const show = { name: 'show', text: `select current_setting('lock_timeout') as it` };
    expect(await database.lane({ ...PATIENT, settings: { lock_timeout: '7s' } }).query(show, [])).toEqual([
      { it: '7s' },
    ]);
    expect(await database.query(show.text)).toEqual([{ it: '0' }]);
  });
});

describe('a lane that is closed', () => {
  it('gives the answers that are due, takes no more, and ends its session', async () => {
    const lane = database.lane(PATIENT);
    const due = lane.query(wait(0.05), []);
    while ((await waiting()).length === 0) await pause(1);
    lane.close();
    await expect(lane.query(PID, [])).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await due;
    while ((await waiting()).length > 0) await pause(1);
    await expect(lane.query(PID, [])).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  });

  it('while it connects leaves no session behind', async () => {
    const lane = database.lane(PATIENT);
    const first = lane.query(PID, []);
    lane.close();
    await first.catch(() => undefined);
    const sessions = () => test.owner.query(`select 1 from pg_stat_activity where application_name = 'lane'`);
    while ((await sessions()).length > 0) await pause(1);
  });
});

describe('where a pooler hands out other sessions', () => {
  const withoutPreparing = async () => {
    await database.prepared({ name: 'another', text: 'select 1' });
    const names = await database.query<{ name: string }>(PREPARED.text);
    expect(names).not.toContainEqual({ name: expect.stringMatching('another') });
  };

  it('goes on without prepared statements when one is not there', async () => {
    const first = await database.prepared(PID);
    await database.query('deallocate all');
    expect(await database.prepared(PID)).toEqual(first);
    await withoutPreparing();
  });

  it('goes on without them when one that failed the first time is not there', async () => {
    const divide = { name: 'divide', text: 'select 6 / $1::int as n' };
    await expect(database.prepared(divide, [0])).rejects.toMatchObject({ code: '22012' });
    await database.query('deallocate all');
    expect(await database.prepared(divide, [2])).toEqual([{ n: 3 }]);
    await withoutPreparing();
  });

  it('goes on without them when one is there already', async () => {
    const lane = test.database.lane(PATIENT);
    await sessionOf(lane);
    const name = (await prepared(lane)).find((one) => one.startsWith(PID.name))!;
    await database.query(`prepare ${name} as select 1`);
    expect(await database.prepared(PID)).toEqual([{ pid: expect.any(Number) }]);
    await withoutPreparing();
  });
});

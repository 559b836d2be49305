import { UpstreamFailure } from '../../mechanisms/http';
import type { FailureKind } from '../../mechanisms/http';
import { createLogger } from '../../mechanisms/observability';
import type { Preparing } from '../../mechanisms/postgres';
import type { TestDatabase } from '../../mechanisms/postgres/testing';
import { createTestDatabase } from '../../mechanisms/postgres/testing';
import { until } from '../../mechanisms/pubsub/testing';
import type { Connection, Finding } from './connection';
import type { Look } from './connection-health.read-model';
import { createConnectionHealth } from './connection-health.read-model';
import { createConnectionCheck } from './poller';

let test: TestDatabase;
let health: ReturnType<typeof createConnectionHealth>;
beforeAll(async () => {
  test = await createTestDatabase();
  health = createConnectionHealth(test.database);
});
afterAll(() => test.drop());
beforeEach(() => test.owner.query('truncate connection_health'));

const at = (seconds: number) => new Date(Date.UTC(2026, 4, 1, 10, 0, seconds));
const overseerr: Connection = { id: 'overseerr', kind: 'OVERSEERR', simulated: true };
const up: Finding = { state: 'UP', flavour: 'SEERR', version: '3.1.0', problem: null };
const down: Finding = {
  state: 'DOWN',
  flavour: null,
  version: null,
  problem: { code: 'CONNECTION_DOWN', message: 'gone' },
};

/** Who waits for what another transaction has locked. */
const WAITS = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;

const record = (finding: Finding, startedAt: number, rest: Partial<Look> = {}) =>
  health.record({
    ...{ connection: overseerr, finding, startedAt: at(startedAt), onRestored: () => Promise.resolve() },
    ...rest,
  });

describe('what was seen of a connection', () => {
  it('is read by all, also one that was not looked at yet', async () => {
    expect(await health.read('overseerr')).toBeUndefined();
    await record(up, 1);
    await record(down, 1, { connection: { ...overseerr, id: 'other' } });
    expect(await health.read('overseerr')).toEqual({ ...overseerr, ...up, since: at(1), checkedAt: at(1) });
    expect((await health.list(['overseerr', 'nobody'])).map(({ id }) => id)).toEqual(['overseerr']);
  });

  it('moves `since` only with the state', async () => {
    await record(up, 1);
    await record(up, 2);
    expect(await health.read('overseerr')).toMatchObject({ state: 'UP', since: at(1), checkedAt: at(2) });
    await record(down, 3);
    await record({ ...down, problem: { code: 'CONNECTION_DOWN', message: 'still gone' } }, 4);
    expect(await health.read('overseerr')).toMatchObject({
      state: 'DOWN',
      since: at(3),
      checkedAt: at(4),
      problem: { message: 'still gone' },
    });
  });

  it('remembers what answered while nobody does', async () => {
    await record(up, 1);
    await record(down, 2);
    expect(await health.read('overseerr')).toMatchObject({ flavour: 'SEERR', version: '3.1.0' });
  });

  it('does not let an older look overwrite a newer one', async () => {
    await record(down, 2);
    await record(up, 1);
    expect(await health.read('overseerr')).toMatchObject({ state: 'DOWN', checkedAt: at(2) });
  });

  it('is a return once, when two find it at the same time, and none when it is older than what is known', async () => {
    let restored = 0;
    let another: Promise<void> | undefined;
    const onRestored = async () => {
      restored += 1;
      another ??= record(up, 4, { onRestored });
      await until(async () => (await test.owner.query(WAITS)).length > 0);
    };
    await record(down, 2);
    await record(up, 1, { onRestored });
    expect(restored).toBe(0);
    await record(up, 3, { onRestored });
    await another;
    expect(restored).toBe(1);
  });

  it('is a return also when the look that found it gone is the first, and not written down yet', async () => {
    let restored = 0;
    let meanwhile: Promise<void> | undefined;
    await test.owner.transaction(async (tx) => {
      await tx.query(`insert into connection_health (connection_id, kind, simulated, state, since, checked_at)
        values ('overseerr', 'OVERSEERR', true, 'DOWN', to_timestamp(0), to_timestamp(0))`);
      meanwhile = record(up, 1, { onRestored: () => Promise.resolve(void (restored += 1)) });
      await until(async () => (await test.owner.query(WAITS)).length > 0);
    });
    await meanwhile;
    expect(restored).toBe(1);
  });
});

describe('a look', () => {
  const failure = (kind: FailureKind) =>
    new UpstreamFailure(kind, { upstream: 'overseerr', failure: kind, certainty: 'UNKNOWN' });

  const seerr = { flavour: 'SEERR', version: '3.1.0', instanceId: 'ours' };

  /** A check whose answers are given one by one; without any it is well. A second passes with each look. */
  function looking() {
    let seconds = 0;
    let restored = 0;
    const calls: ('identify' | 'probe')[] = [];
    const answers: (() => Promise<void>)[] = [];
    const endings: ((tx: Preparing) => Promise<unknown>)[] = [];
    const call = (name: 'identify' | 'probe') => (calls.push(name), (answers.shift() ?? (() => Promise.resolve()))());
    const check = createConnectionCheck({
      connection: overseerr,
      health,
      identify: () => call('identify').then(() => seerr),
      probe: () => call('probe').then(() => seerr),
      strange: () => [],
      commands: { observe: () => Promise.resolve(false) },
      onRestored: async (tx) => {
        await endings.shift()?.(tx);
        restored += 1;
      },
      clock: () => at((seconds += 1)),
      log: createLogger({ level: 'silent' }),
    });
    return {
      check,
      fails: (kind: FailureKind) => void answers.push(() => Promise.reject(failure(kind))),
      answers,
      endings,
      calls,
      state: async () => (await health.read('overseerr'))?.state,
      restored: () => restored,
      pass: (more: number) => void (seconds += more),
    };
  }

  it('says UP the first time, and that is no return', async () => {
    const { check, state, restored } = looking();
    await check();
    await check();
    expect([await state(), restored()]).toEqual(['UP', 0]);
  });

  it.each([
    ['UNREACHABLE', 'DOWN'],
    ['TIMEOUT', 'DOWN'],
    ['UPSTREAM_5XX', 'DOWN'],
    ['UNAUTHORIZED', 'UNAUTHORIZED'],
  ] as const)('%s is %s; when it is UP again, what waited goes on, once', async (kind, expected) => {
    const { check, fails, state, restored } = looking();
    await check();
    fails(kind);
    fails(kind);
    await check();
    await check();
    expect([await state(), restored()]).toEqual([expected, 0]);
    await check();
    await check();
    expect([await state(), restored()]).toEqual(['UP', 1]);
  });

  it('whose process ends before what waited goes on has told nobody of the return: the next look does', async () => {
    const { check, fails, endings, state, restored } = looking();
    await check();
    fails('TIMEOUT');
    await check();
    const end = { name: 'end', text: 'select pg_terminate_backend(pg_backend_pid())' };
    endings.push((tx) => tx.prepared(end));
    await expect(check()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect([await state(), restored()]).toEqual(['DOWN', 0]);
    await check();
    expect([await state(), restored()]).toEqual(['UP', 1]);
  });

  it('a wrong shape is DEGRADED: nothing is asked of it, and what waited goes on when it is cured', async () => {
    const { check, fails, state, restored } = looking();
    fails('WRONG_SHAPE');
    await check();
    expect(await state()).toBe('DEGRADED');
    await check();
    expect([await state(), restored()]).toEqual(['UP', 1]);
  });

  it('asks who it is at first, after an outage and each five minutes; in between only whether it lives', async () => {
    const { check, fails, calls, pass } = looking();
    await check();
    await check();
    fails('TIMEOUT');
    await check();
    await check();
    await check();
    pass(300);
    await check();
    expect(calls).toEqual(['identify', 'probe', 'probe', 'identify', 'probe', 'identify']);
    expect(await health.read('overseerr')).toMatchObject({ flavour: 'SEERR', version: '3.1.0' });
  });

  it('that runs may have seen what is no more: all who ask meanwhile share one that begins after it', async () => {
    const { check, answers, calls, state } = looking();
    let answer = () => undefined as void;
    answers.push(() => new Promise<void>((resolve) => (answer = resolve)));
    answers.push(() => Promise.reject(failure('UNREACHABLE')));
    const first = check();
    const later = [check(), check(), check()];
    while (calls.length === 0) await new Promise(setImmediate);
    answer();
    await Promise.all([first, ...later]);
    expect(calls).toHaveLength(2);
    expect(await state()).toBe('DOWN');
    await check();
    expect(calls).toHaveLength(3);
  });

  it('passes a bug on, and looks again after it', async () => {
    const { check, answers, state } = looking();
    answers.push(() => Promise.reject(new TypeError('bug')));
    await expect(check()).rejects.toThrow('bug');
    expect(await state()).toBeUndefined();
    await check();
    expect(await state()).toBe('UP');
  });
});

import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../pubsub/testing';
import { readRebuild, requestRebuild } from '.';
import { fact, upTo } from './testing';
import { createGate, isBeside, numbering, useRebuildBench } from './testing/rebuild-bench';

jest.setTimeout(60_000);

describe('a rebuild', () => {
  const { bench, append, appendFacts, start, stopAll, statusOf, stands, isDone, rows, told, losesARow } =
    useRebuildBench();
  const database = () => bench.database();
  const owner = () => bench.owner();

  let made: object[];
  /** All that is said of the tables but their rows. */
  const tables = () =>
    owner().query(
      `select c.relname, c.reloptions, c.relacl::text, (select array_agg(pg_get_indexdef(indexrelid) order by indexrelid::regclass::text) from pg_index where indrelid = c.oid) as indexes,
         (select array_agg(conname || pg_get_constraintdef(oid) order by conname) from pg_constraint where conrelid = c.oid) as constraints
       from pg_class as c where relnamespace = 'public'::regnamespace and relname in ('numbered', 'numbered_sum') order by relname`,
    );
  beforeAll(async () => void (made = await tables()));

  /** Asks again and again, in three ways, while events are appended; the end tells the different answers, which are about one snapshot each. */
  function readAndAppend() {
    const sql = `select position, (select count(*) from numbered) as rows, (select count(distinct position) from numbered) as distinct_rows,
      (select rows from numbered_sum) as sum from projection_checkpoint where name = 'numbered'`;
    type Answer = Record<'rows' | 'distinct_rows' | 'sum' | 'position', string>;
    const answers = new Set<string>();
    let isOver = false;
    const reading = [
      () => database().query<Answer>(sql),
      () => database().prepared<Answer>({ name: 'numbers', text: sql }),
      () => database().transaction((tx) => tx.query<Answer>(sql)),
    ].map(async (ask) => {
      while (!isOver) {
        const { position, rows: count, distinct_rows: distinct, sum } = (await ask())[0]!;
        const missing = Number(position) - Number(count);
        answers.add(
          count === distinct && sum === position ? `${missing} missing` : `${count} ${distinct} ${sum} at ${position}`,
        );
      }
    });
    const appending = (async () => {
      for (; !isOver; await pause(1)) await append(fact('Counted'));
    })();
    return async () => {
      isOver = true;
      await Promise.all([...reading, appending]);
      return [...answers];
    };
  }

  it('is seen by no reader but as whole rows, while others append, and by no subscriber', async () => {
    await appendFacts(3_000);
    start([numbering()]);
    await stands(3_000n);
    await losesARow();
    const end = readAndAppend();
    let answers: string[] = [];
    try {
      expect(await requestRebuild(database(), numbering())).toBe(true);
      await isDone();
      await pause(100);
    } finally {
      answers = await end();
    }
    expect(answers).toEqual(['1 missing', '0 missing']);
    const head = Number(await bench.store.head());
    expect(head).toBeGreaterThan(3_000);
    await stands(BigInt(head));
    expect(await rows()).toEqual(upTo(head).map((position) => [position, 1]));
    expect(await told()).toEqual(upTo(head));
    expect(await statusOf()).toMatchObject({ state: 'LIVE', error: null, rebuild: null });
  });

  it('leaves the tables as they were: indexes, rights and settings', async () => {
    await appendFacts(3);
    start([numbering()]);
    await stands(3n);
    await requestRebuild(database(), numbering());
    await isDone();
    expect(await tables()).toEqual(made);
    expect(await owner().query(`select from pg_class where relnamespace = 'medianest_rebuild'::regnamespace`)).toEqual(
      [],
    );
  });

  it('waits for who reads for long, and lets those pass who come meanwhile', async () => {
    await appendFacts(3);
    start([numbering()]);
    await stands(3n);
    await losesARow();
    const gate = createGate();
    const longReader = owner().transaction(async (tx) => {
      await tx.query('select from numbered');
      await gate.pass();
    });
    await until(() => gate.waiting);
    await requestRebuild(database(), numbering());
    const isWaiting = `select from pg_locks where not granted and mode = 'AccessExclusiveLock' and database = (select oid from pg_database where datname = current_database())`;
    for (let swaps = 0; swaps < 2; swaps++) {
      await until(async () => (await owner().query(isWaiting)).length > 0);
      expect(await rows()).toHaveLength(2); // behind the swap, which gives up before the long reader ends
      await until(async () => (await owner().query(isWaiting)).length === 0);
    }
    expect(await readRebuild(database(), 'numbered')).toMatchObject({ position: 3n, share: 1, error: null });
    gate.open();
    await longReader;
    await isDone();
    expect(await rows()).toHaveLength(3);
  });

  it('keeps no reader waiting while somebody uses the tables beside', async () => {
    await appendFacts(3);
    const gate = createGate();
    let using: Promise<void> | undefined;
    const backup = () =>
      owner().transaction(async (tx) => {
        await tx.query('lock table medianest_rebuild.numbered in access share mode');
        await gate.pass();
      });
    start([
      numbering(1, async (_, tx) => {
        if (!using && (await isBeside(tx))) await until(() => ((using ??= backup()), gate.waiting));
      }),
    ]);
    await stands(3n);
    await requestRebuild(database(), numbering());
    const locks = await until(async () => {
      const found = await owner().query<{ name: string; granted: boolean }>(
        `select relation::regclass::text as name, granted from pg_locks where mode = 'AccessExclusiveLock' and locktype = 'relation'
         and database = (select oid from pg_database where datname = current_database())`,
      );
      return found.some(({ granted }) => !granted) && found;
    });
    expect(locks).toEqual([{ name: 'medianest_rebuild.numbered', granted: false }]);
    gate.open();
    await using;
    await isDone();
  });

  it('leaves nothing out of the rows that it brings, though the projection parked before it had any', async () => {
    await append(fact('Counted'));
    const sick = () => Promise.reject(new Error('cannot take this'));
    start([{ ...numbering(), tables: [], onPoison: 'park', project: sick }]);
    await until(async () => (await statusOf()).parkedStreams.length === 1);
    await stopAll();
    start([numbering(2)]);
    await stands(1n, 2);
    await until(async () => (await statusOf(2)).state === 'LIVE');
    await append(fact('Counted'));
    await stands(2n, 2);
    expect((await statusOf(2)).parkedStreams).toEqual([]);
    expect(await rows()).toEqual([
      [1, 2],
      [2, 2],
    ]);
  });

  it.each(['begin_rebuild', 'index_rebuild', 'swap_rebuild'])('%s is for tables that one may empty', async (step) => {
    for (const table of ['events', 'streams', 'pgmigrations', 'nowhere']) {
      const patience = step === 'swap_rebuild' ? ', 1' : '';
      await expect(database().query(`select ${step}($1${patience})`, [[table]])).rejects.toMatchObject({
        code: '42501',
      });
    }
  });
});

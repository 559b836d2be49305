import type { Queryable } from '../postgres';
import { until } from '../pubsub/testing';
import { readRebuild, requestRebuild } from '.';
import { fact, upTo } from './testing';
import { createGate, isBeside, numbering, useRebuildBench } from './testing/rebuild-bench';

jest.setTimeout(60_000);

describe('the swap of a rebuild', () => {
  const { bench, append, appendFacts, start, stands, isDone, rows, told, losesARow } = useRebuildBench();
  const database = () => bench.database();

  /** Once, when all is folded and indexed. */
  function beforeTheSwap(work: () => Promise<unknown>): void {
    const { store } = bench;
    let ends = 0;
    // The end of the log is asked for at the start of a leader, and there.
    bench.store = { ...store, head: async () => ((ends += 1) === 2 && (await work()), store.head()) };
  }

  it('whose process freezes in it holds nobody up for good', async () => {
    await appendFacts(3);
    const gate = createGate();
    beforeTheSwap(async () => {
      await append(fact('Counted', { late: true }));
      await stands(4n);
    });
    const freezing = async ({ late }: { late?: boolean }, tx: Queryable) => {
      if (late && !gate.waiting && (await isBeside(tx))) await gate.pass();
    };
    start([numbering(1, freezing)]);
    await stands(3n);
    await losesARow();
    await requestRebuild(database(), numbering());
    await until(() => gate.waiting); // in the swap, which has locked the checkpoint of the rows that are read
    await append(fact('Counted'));
    await stands(5n); // its leader waited, and goes on
    gate.open();
    await isDone();
    expect(await rows()).toHaveLength(5);
    expect(await told()).toEqual(upTo(5));
  });

  it('waits for a vacuum while those who fold and read go on', async () => {
    await appendFacts(3);
    start([numbering()]);
    await stands(3n);
    await losesARow();
    const waiting = `select from pg_locks where not granted and mode = 'ShareUpdateExclusiveLock'
      and database = (select oid from pg_database where datname = current_database())`;
    await bench.owner().transaction(async (tx) => {
      await tx.query('lock table numbered in share update exclusive mode'); // as a vacuum does
      await requestRebuild(database(), numbering());
      await until(async () => (await database().query(waiting)).length > 0);
      await append(fact('Counted'));
      await stands(4n);
      expect(await rows()).toHaveLength(3);
    });
    await isDone();
    expect(await rows()).toHaveLength(4);
    expect(bench.logged()).toBe('');
  });

  it('is left to another process that came before it', async () => {
    await appendFacts(3);
    const { store } = bench;
    const indexed = `select from pg_indexes where schemaname = 'medianest_rebuild' and indexname = 'numbered_made_by'`;
    bench.store = {
      ...store,
      async readAll(after, limit) {
        if ((await database().query(indexed)).length > 0) {
          await bench.owner().query('drop table medianest_rebuild.numbered, medianest_rebuild.numbered_sum');
          await bench.owner().query(`delete from projection_checkpoint where name = 'rebuild:numbered'`);
        }
        return store.readAll(after, limit);
      },
    };
    start([numbering()]);
    await stands(3n);
    await losesARow();
    await requestRebuild(database(), numbering());
    await until(() => bench.logged().includes('rebuild:numbered is led by another process'));
    expect(await rows()).toHaveLength(2);
  });

  it('is not for tables that a newer program wants otherwise by then', async () => {
    await appendFacts(3);
    beforeTheSwap(() => requestRebuild(database(), numbering(2)));
    start([numbering()]);
    await stands(3n);
    await losesARow();
    await requestRebuild(database(), numbering());
    await until(() => bench.logged().includes('rebuild:numbered is led by another process'));
    expect(await readRebuild(database(), 'numbered')).toMatchObject({ position: 0n });
    expect(await rows()).toHaveLength(2);
  });

  it('gets to a position whose event is gone from the log', async () => {
    const { store } = bench;
    let gone = 0n;
    const isThere = ({ globalPosition }: { globalPosition: bigint }) => globalPosition !== gone;
    bench.store = { ...store, readAll: async (...page) => (await store.readAll(...page)).filter(isThere) };
    await appendFacts(3);
    start([numbering()]);
    await stands(3n);
    gone = 3n;
    await requestRebuild(database(), numbering());
    await isDone();
    await append(fact('Counted'));
    await stands(4n);
    expect(bench.logged()).toBe(''); // its leader noticed nothing
    expect(await rows()).toEqual([1, 2, 4].map((position) => [position, 1]));
    expect(await told()).toEqual(upTo(4));
  });
});

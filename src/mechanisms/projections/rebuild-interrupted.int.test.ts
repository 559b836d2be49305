import { createMemoryEventStore } from '../event-store/testing';
import { until } from '../pubsub/testing';
import type { Projection } from '.';
import { readRebuild, requestRebuild, retryStopped } from '.';
import { fact, upTo, useProjectionBench } from './testing';
import { createGate, isBeside, numbering, useRebuildBench } from './testing/rebuild-bench';

jest.setTimeout(60_000);

describe('a rebuild', () => {
  const { bench, append, appendFacts, start, stopAll, statusOf, stands, isDone, rows, told, losesARow } =
    useRebuildBench();
  const database = () => bench.database();

  it('goes on where it was when the process dies that does it', async () => {
    await appendFacts(1_400);
    start([numbering()], { holder: 'first' });
    await stands(1_400n);
    await losesARow();
    await stopAll();
    const gate = createGate();
    let batches = 0;
    const dying = numbering(1, async (_, tx) => {
      if (batches < 2 || !(await isBeside(tx))) return;
      await gate.pass();
    });
    start(
      [
        {
          ...dying,
          async project(events, tx) {
            const entries = await dying.project(events, tx);
            batches += 1;
            return entries;
          },
        },
      ],
      { holder: 'dying' },
    );
    await requestRebuild(database(), numbering());
    await until(() => gate.waiting);
    const before = await readRebuild(database(), 'numbered');
    expect(before).toMatchObject({ position: 1_000n, error: null });
    expect(before?.share).toBeCloseTo(1_000 / 1_400);
    // It is gone without a word: its leases run out, and what it holds is ended by who takes over.
    await database().query(`update lease set expires_at = '-infinity'`);
    const seen: number[] = [];
    const successor = numbering(1);
    start(
      [
        {
          ...successor,
          async project(events, tx) {
            if (await isBeside(tx)) seen.push(...events.map(({ globalPosition }) => Number(globalPosition)));
            return successor.project(events, tx);
          },
        },
      ],
      { holder: 'successor' },
    );
    await isDone();
    gate.open();
    expect(seen.sort((a, b) => a - b)).toEqual(upTo(1_400).slice(1_000));
    expect(await rows()).toHaveLength(1_400);
    expect(await told()).toEqual(upTo(1_400));
  });

  it('makes the rows of a raised version, while those of before are read and stand still', async () => {
    await appendFacts(4);
    start([numbering(1)]);
    await stands(4n);
    await stopAll();
    await append(fact('Counted'));
    const gate = createGate();
    start([numbering(2, async (_, tx) => ((await isBeside(tx)) ? gate.pass() : undefined))]);
    await until(() => gate.waiting);
    expect(await statusOf(2)).toMatchObject({
      state: 'REBUILDING',
      version: 1,
      position: 4n,
      rebuild: { share: 0, error: null },
    });
    expect((await statusOf(2)).lagMs).toBeGreaterThan(0);
    expect(await rows()).toEqual(upTo(4).map((position) => [position, 1]));
    gate.open();
    await stands(5n, 2);
    await append(fact('Counted'));
    await stands(6n, 2);
    expect(await rows()).toEqual(upTo(6).map((position) => [position, 2]));
    expect(await told()).toEqual(upTo(6));
    expect(await statusOf(2)).toMatchObject({ state: 'LIVE', version: 2, rebuild: null });
  });

  it('that is under way for an older program begins anew for a newer one', async () => {
    await appendFacts(3);
    start([numbering(1)]);
    await stands(3n);
    await stopAll();
    await requestRebuild(database(), numbering(1));
    start([numbering(2)]);
    await stands(3n, 2);
    await isDone();
    expect(await rows()).toEqual(upTo(3).map((position) => [position, 2]));
  });

  it('that a newer program wanted, and does not work on any more, is made as this one wants it', async () => {
    await appendFacts(3);
    start([numbering(1)]);
    await stands(3n);
    await requestRebuild(database(), numbering(2));
    const wanted = () => database().query(`select version from projection_checkpoint where name = 'rebuild:numbered'`);
    await bench
      .owner()
      .query(
        `insert into lease (name, holder, epoch, expires_at) values ('projection:rebuild:numbered', 'newer', 1, 'infinity')`,
      );
    await requestRebuild(database(), numbering(1));
    expect(await wanted()).toEqual([{ version: 2 }]);
    await bench.owner().query(`update lease set expires_at = '-infinity' where holder = 'newer'`);
    await requestRebuild(database(), numbering(1));
    await isDone();
    expect(await rows()).toEqual(upTo(3).map((position) => [position, 1]));
  });

  it('takes back rows that a newer program made, which are told as stopped until then', async () => {
    await appendFacts(3);
    start([numbering(2)]);
    await stands(3n, 2);
    await stopAll();
    start([numbering(1)]);
    expect(await statusOf(1)).toMatchObject({ state: 'STOPPED', version: 2, error: expect.stringContaining('newer') });
    await requestRebuild(database(), numbering(1));
    await isDone();
    expect(await statusOf(1)).toMatchObject({ state: 'LIVE', version: 1, error: null });
    expect(await rows()).toEqual(upTo(3).map((position) => [position, 1]));
  });

  it('stops at a poison event without a harm to what is read, and is tried again when it is wanted again', async () => {
    await append(fact('Counted'), fact('Counted', { poison: true }), fact('Counted'));
    let isSick = true;
    start([
      numbering(1, async ({ poison }, tx) => {
        if (isSick && poison && (await isBeside(tx))) throw new Error('cannot read this');
      }),
    ]);
    await stands(3n);
    await losesARow();
    await requestRebuild(database(), numbering());
    const stopped = await until(async () => {
      const found = await readRebuild(database(), 'numbered');
      return found?.error ? found : undefined;
    });
    expect(stopped).toMatchObject({ position: 1n, error: expect.stringContaining('at position 2: cannot read this') });
    await append(fact('Counted'));
    await stands(4n);
    expect(await statusOf()).toMatchObject({ state: 'LIVE', error: null, rebuild: { error: stopped.error } });
    expect(await rows()).toHaveLength(3);
    isSick = false;
    expect(await retryStopped(database(), 'numbered')).toEqual([]);
    await requestRebuild(database(), numbering());
    await isDone();
    expect(await rows()).toHaveLength(4);
  });

  it('begins anew after a migration, which may have changed the tables', async () => {
    await appendFacts(3);
    start([numbering()]);
    await stands(3n);
    await stopAll();
    await requestRebuild(database(), numbering());
    await database().query(`select begin_rebuild('{numbered,numbered_sum}')`);
    await database().query(`update projection_checkpoint set position = 2 where name = 'rebuild:numbered'`);
    await bench.owner().query('alter table numbered add column note text');
    await bench.owner().query(`insert into pgmigrations (name, run_on) values ('9999_note', now())`);
    start([numbering()]);
    await isDone();
    expect(await database().query('select note from numbered')).toHaveLength(3);
  });

  it('is not waited for when the event store is another one, which has no rows yet to be read', async () => {
    await appendFacts(3);
    start([numbering(1)]);
    await stands(3n);
    await stopAll();
    bench.store = createMemoryEventStore();
    await appendFacts(2);
    start([numbering(2)]);
    await stands(2n, 2);
    expect(await rows()).toEqual(upTo(2).map((position) => [position, 2]));
  });

  it('whose tables were lost writes to no others', async () => {
    await appendFacts(3);
    start([numbering()]);
    await stands(3n);
    await stopAll();
    await requestRebuild(database(), numbering());
    await database().query(`update projection_checkpoint set position = 1 where name = 'rebuild:numbered'`);
    start([numbering()]);
    const stopped = await until(async () => {
      const found = await readRebuild(database(), 'numbered');
      return found?.error ? found : undefined;
    });
    expect(stopped.error).toContain('relation "numbered" does not exist');
    expect(await rows()).toHaveLength(3);
    await requestRebuild(database(), numbering());
    await isDone();
    expect(await rows()).toHaveLength(3);
  });

  it('heals a projection whose checkpoint is beyond the end of a store that was set back', async () => {
    await appendFacts(5);
    start([numbering()]);
    await stands(5n);
    await stopAll();
    const { storeId } = bench.store;
    bench.store = { ...createMemoryEventStore(), storeId };
    await appendFacts(2);
    start([numbering()]);
    await until(async () => (await statusOf()).state === 'STOPPED');
    await requestRebuild(database(), numbering());
    await isDone();
    await append(fact('Counted'));
    await stands(3n);
    expect(await statusOf()).toMatchObject({ state: 'LIVE', error: null });
    expect(await rows()).toEqual(upTo(3).map((position) => [position, 1]));
    expect(await told()).toEqual([3]); // what is lost is no news, and what is there was told
  });

  it('of what has no rows yet is not wanted', async () => {
    expect(await requestRebuild(database(), numbering())).toBe(false);
  });
});

describe('a raised version of what has no rows', () => {
  const bench = useProjectionBench();

  it('goes on where the one before stood, and an older program does not come back', async () => {
    const seen: [version: number, position: number][] = [];
    const reactor = (version: number): Projection => ({
      name: 'counted',
      version,
      handles: ['Counted'],
      tables: [],
      project: async (events) => {
        seen.push(...events.map((event): [number, number] => [version, Number(event.globalPosition)]));
        return [];
      },
    });
    for (const version of [1, 2]) {
      bench.start([reactor(version)]);
      await bench.append(fact('Counted'));
      await bench.stands(BigInt(version));
      await bench.stopAll();
    }
    bench.start([reactor(1)]);
    await bench.append(fact('Counted'));
    await until(() => bench.logged().includes("a newer program's"));
    expect(seen).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });
});

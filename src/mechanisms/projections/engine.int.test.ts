import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseUnavailable } from '../errors';
import { createMemoryEventStore } from '../event-store/testing';
import type { WakeUpMessage } from '../pubsub';
import { createInProcessWakeUp } from '../pubsub';
import { until } from '../pubsub/testing';
import type { Projection } from '.';
import { retryStopped } from '.';
import { counting, fact, upTo, useProjectionBench, UNKNOWN_TYPE } from './testing';

describe('projection engine', () => {
  const bench = useProjectionBench();
  const { append, rows, stands, start, status, stopAll } = bench;

  it('folds what was there and what comes, over the events that it does not handle too', async () => {
    await append(fact('Counted'), fact('Other'), fact('Counted'));
    start([counting()]);
    await stands(3n);
    await append(fact('Counted'), fact('Other'));
    await stands(5n);
    expect(await rows()).toEqual([1, 3, 4]);
    expect(await rows('counted', 'change_feed')).toEqual([1, 3, 4]);
    expect(await status()).toMatchObject({ position: 5n, state: 'LIVE', lagMs: 0, error: null, rebuild: null });
  });

  it('catches up in batches, and goes on where it stood after a restart', async () => {
    await append(...upTo(1_200).map(() => fact('Counted')));
    const sizes: number[] = [];
    const inner = counting();
    const measured: Projection = {
      ...inner,
      project(events, tx) {
        sizes.push(events.length);
        return inner.project(events, tx);
      },
    };
    start([measured]);
    await stands(1_200n);
    await stopAll();
    await append(fact('Counted'));
    start([measured]);
    await stands(1_201n);
    expect(sizes).toEqual([500, 500, 200, 1]);
    expect(await rows()).toEqual(upTo(1_201));
  });

  it('tells of every commit, after it', async () => {
    const wakeUp = createInProcessWakeUp();
    const heard: { message?: WakeUpMessage; stood: Promise<bigint> }[] = [];
    await wakeUp.subscribe('projection:counted', (message) => {
      heard.push({ message, stood: status().then(({ position }) => position) });
    });
    start([counting()], { wakeUp });
    await append(fact('Counted'));
    const [first] = await until(() => (heard.length > 0 ? heard : undefined));
    expect(first?.message).toEqual({ projection: 'counted', position: '1' });
    expect(await first?.stood).toBe(1n);
  });

  it('a lost hint of the store is made good by the poll', async () => {
    bench.store = { ...bench.store, onAppended: () => () => undefined };
    start([counting()], { pollMs: 20 });
    await until(async () => (await status()).state === 'LIVE');
    await append(fact('Counted'));
    await stands(1n);
  });

  it('commits rows, checkpoint and feed together or not at all', async () => {
    await append(fact('Counted'), fact('Counted'));
    let failures = 0;
    const inner = counting();
    const interrupted: Projection = {
      ...inner,
      async project(events, tx) {
        const entries = await inner.project(events, tx);
        failures += 1;
        if (failures > 2) return entries;
        // After the rows were written; the checkpoint was moved before them.
        expect(await rows()).toEqual([]);
        expect((await status()).position).toBe(0n);
        throw new DatabaseUnavailable('gone in the middle');
      },
    };
    start([interrupted]);
    await stands(2n);
    expect(failures).toBe(3);
    expect(await rows()).toEqual([1, 2]);
    expect(await rows('counted', 'change_feed')).toEqual([1, 2]);
  });

  it('goes on by itself when its session is ended in the middle', async () => {
    await append(fact('Counted'));
    let ended = 0;
    const inner = counting();
    start([
      {
        ...inner,
        async project(events, tx) {
          const entries = await inner.project(events, tx);
          if (ended === 0) {
            ended += 1;
            const [session] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
            await bench.owner().query('select pg_terminate_backend($1)', [session?.pid]);
          }
          return entries;
        },
      },
    ]);
    await stands(1n);
    expect(ended).toBe(1);
    expect(await rows()).toEqual([1]);
    expect((await status()).state).toBe('LIVE');
  });

  describe('a poison event', () => {
    const poison = (data: { poison?: boolean }): void => {
      if (data.poison) throw new Error('cannot read this');
    };

    it('stops its projection, visibly, and that one only; what was before it is kept, and nothing is skipped', async () => {
      const facts = upTo(300).map((n) => fact('Counted', { poison: n === 237 }));
      await append(...facts);
      start([counting('delicate', poison), counting('robust')]);
      await until(async () => (await status('delicate')).state === 'STOPPED');
      await append(fact('Counted'));
      await stands(301n, 'robust');
      expect(await rows('delicate')).toEqual(upTo(236));
      expect(await rows('delicate', 'change_feed')).toEqual(upTo(236));
      const { position, error, lagMs } = await status('delicate');
      expect(position).toBe(236n);
      expect(error).toBe('cannot project Counted of stream test-1 at position 237: cannot read this');
      expect(lagMs).toBeGreaterThanOrEqual(0);
      expect(await status('robust')).toMatchObject({ state: 'LIVE', error: null });
    });

    it('is also one whose type nobody knows, though the projection does not handle it', async () => {
      await append(fact('Counted'), fact(UNKNOWN_TYPE), fact('Counted'));
      start([counting()]);
      await until(async () => (await status()).state === 'STOPPED');
      expect(await status()).toMatchObject({
        position: 1n,
        error: expect.stringContaining('Unheard of stream test-1 at position 2'),
      });
      expect(await rows()).toEqual([1]);
    });

    it('is tried again at the next start', async () => {
      let broken = true;
      await append(fact('Counted', { poison: true }));
      const delicate = counting('counted', (data) => (broken ? poison(data) : undefined));
      start([delicate]);
      await until(async () => (await status()).state === 'STOPPED');
      await stopAll();
      broken = false;
      start([delicate]);
      await stands(1n);
      expect(await status()).toMatchObject({ state: 'LIVE', error: null });
    });

    it('is not one that fails once', async () => {
      let failures = 0;
      await append(fact('Counted'));
      const fails = (): void => {
        failures += 1;
        if (failures === 1) throw new Error('a passing cloud');
      };
      start([counting('counted', fails)]);
      await stands(1n);
      expect(await status()).toMatchObject({ state: 'LIVE', error: null });
    });

    it('may be one whose statement fails, or whose error was swallowed', async () => {
      await append(fact('Counted'), fact('Broken'));
      const inner = counting();
      const swallowing: Projection = {
        ...inner,
        handles: ['Counted', 'Broken'],
        async project(events, tx) {
          const entries = await inner.project(events, tx);
          if (events.some(({ type }) => type === 'Broken')) await tx.query('select 1 / 0').catch(() => undefined);
          return entries;
        },
      };
      start([swallowing]);
      await until(async () => (await status()).state === 'STOPPED');
      expect(await rows()).toEqual([1]);
    });
  });

  it('that stopped goes on when it is told to, in the same process, and not before', async () => {
    let sick = true;
    let tries = 0;
    const look = () => {
      tries += 1;
      if (sick) throw new Error('cannot read this');
    };
    await append(fact('Counted'), fact('Counted'));
    start([counting('counted', look)]);
    await until(async () => (await status()).state === 'STOPPED');
    sick = false;
    await append(fact('Counted'));
    const before = tries;
    expect(await retryStopped(bench.database(), 'another')).toEqual([]);
    await pause(1_200); // a look at its row
    expect([tries, (await status()).state]).toEqual([before, 'STOPPED']);
    expect(await retryStopped(bench.database())).toEqual(['counted']);
    await stands(3n);
    expect(await rows()).toEqual([1, 2, 3]);
    expect(await status()).toMatchObject({ state: 'LIVE', error: null });
  });

  describe('a checkpoint that does not fit the store', () => {
    it('of another store is no checkpoint: the projection begins anew, with nothing of before, and without telling it as news', async () => {
      const reactor = { ...counting('elsewhere'), tables: [] as const }; // whose beginning empties no table of the other
      await append(fact('Counted'), fact('Counted'), fact('Other'), fact('Counted'));
      start([counting(), reactor]);
      await stands(4n);
      await stands(4n, 'elsewhere');
      await stopAll();
      bench.store = createMemoryEventStore();
      await append(fact('Other'), fact('Counted'));
      start([counting(), reactor]);
      await stands(2n);
      await append(fact('Counted'));
      await stands(3n);
      await stands(3n, 'elsewhere');
      expect(await rows()).toEqual([2, 3]);
      expect(await rows('counted', 'change_feed')).toEqual([3]);
      expect(await status()).toMatchObject({ state: 'LIVE', error: null, lagMs: 0 });
      expect(bench.logged()).toContain('begins anew');
      expect(await bench.database().query('select distinct store_id from projection_checkpoint')).toEqual([
        { store_id: bench.store.storeId },
      ]);
    });

    it('begins anew once, and goes on there after a stop in the middle', async () => {
      await append(fact('Counted'));
      start([counting()]);
      await stands(1n);
      await stopAll();
      bench.store = createMemoryEventStore();
      await append(...upTo(600).map((n) => fact('Counted', { poison: n === 501 })));
      const poisoned = counting('counted', (data) => {
        if ((data as { poison?: boolean }).poison) throw new Error('cannot read this');
      });
      start([poisoned]);
      await until(async () => (await status()).state === 'STOPPED');
      expect(await status()).toMatchObject({ position: 500n });
      await stopAll();
      start([counting()]);
      await stands(600n);
      expect(await rows()).toEqual(upTo(600));
      expect(await rows('counted', 'change_feed')).toEqual([]);
    });

    it('beyond the end of the store stops the projection', async () => {
      await append(fact('Counted'), fact('Counted'));
      start([counting()]);
      await stands(2n);
      await stopAll();
      const { storeId } = bench.store;
      bench.store = { ...createMemoryEventStore(), storeId };
      start([counting()]);
      await until(async () => (await status()).state === 'STOPPED');
      expect((await status()).error).toContain('beyond the end');
    });
  });
});

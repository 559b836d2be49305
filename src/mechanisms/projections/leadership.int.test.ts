import { until } from '../pubsub/testing';
import type { Projection } from './projection';
import { counting, fact, upTo, useProjectionBench } from './testing';

describe('leadership of a projection', () => {
  const bench = useProjectionBench();
  const { append, rows, stands, start, status } = bench;

  it('takes away what its feed has kept for long, by who begins to lead', async () => {
    await bench.owner().query(
      `insert into change_feed (projection, position, n, kind, subjects, payload, created_at)
       values ('counted', 1, 0, 'count', '{}', '{}', now() - interval '8 days')`,
    );
    await append(fact('Other'), fact('Counted'));
    start([counting()]);
    await stands(2n);
    expect(await rows('counted', 'change_feed')).toEqual([2]);
  });

  describe('two engines', () => {
    /** From here on its holder does not lead any more, without knowing. */
    const runOut = () =>
      bench.database().query(`update lease set expires_at = '-infinity' where name = 'projection:counted'`);

    it('have one leader, and when it leaves the other leads', async () => {
      const led: string[] = [];
      const first = start([counting('counted', () => void led.push('a'))], { holder: 'a' });
      await until(async () => (await status()).state === 'LIVE');
      start([counting('counted', () => void led.push('b'))], { holder: 'b', leaseMs: 60 });
      await append(fact('Counted'));
      await stands(1n);
      await first.stop();
      await append(fact('Counted'));
      await stands(2n);
      expect(led).toEqual(['a', 'b']);
    });

    it('never both commit: of a leader of an older epoch nothing is kept, and it steps down', async () => {
      const deposed: Projection['project'] = (_events, tx) => {
        tx.send(`insert into counted values ('counted', 99)`);
        throw new Error('a fault of who does not lead'); // at once, before the fence has its answer
      };
      start([{ ...counting(), project: deposed }], { holder: 'a' });
      await until(async () => (await status()).state === 'LIVE');
      await runOut();
      start([counting()], { holder: 'b' });
      await until(
        async () => (await bench.database().query('select 1 from projection_checkpoint where epoch = 2')).length,
      );
      // Both are told of it, and the first one does not know that it leads no more.
      await append(fact('Counted'), fact('Counted'));
      await stands(2n);
      await until(() => bench.logged().includes('is led by another process'));
      await append(fact('Counted'));
      await stands(3n);
      expect(await rows()).toEqual([1, 2, 3]);
      expect(await rows('counted', 'change_feed')).toEqual([1, 2, 3]);
      expect(bench.logged()).not.toContain('a fault');
    });

    it('make nobody wait for the disk: what is lost there is projected again', async () => {
      // Of this server it is the rule: only where it is said shows that it is said.
      const sql = `select setting, source from pg_settings where name = 'synchronous_commit'`;
      const commits: object[] = [];
      const inner = counting();
      const project: typeof inner.project = async (events, tx) => {
        commits.push(...(await tx.query(sql)));
        return inner.project(events, tx);
      };
      start([{ ...inner, project }]);
      await append(fact('Counted'));
      await stands(1n);
      expect(commits).toEqual([{ setting: 'off', source: 'session' }]);
      expect(await bench.database().query(sql)).toEqual([expect.not.objectContaining({ source: 'session' })]);
    });

    it('look once for what was appended', async () => {
      const { store } = bench;
      const found: number[] = [];
      const readAll: typeof store.readAll = async (...asked) => {
        const events = await store.readAll(...asked);
        found.push(events.length);
        return events;
      };
      bench.store = { ...store, readAll };
      start([counting()]);
      bench.store = store;
      await until(() => found.length > 0);
      for (const position of [1n, 2n, 3n]) {
        await append(fact('Counted'));
        await stands(position);
      }
      expect(found).toEqual([0, 1, 1, 1]);
    });

    it('begin to write while they read what, and keep no transaction open where it is nothing of theirs', async () => {
      const isBegun = async (): Promise<boolean> => {
        const sql = `select from pg_stat_activity where state = 'idle in transaction' and datname = current_database()`;
        return (await bench.owner().query(sql)).length > 0;
      };
      const { store } = bench;
      let hasAll = false;
      const readAll: typeof store.readAll = async (...asked) => {
        const events = await store.readAll(...asked);
        if (events.length > 0) await until(isBegun);
        else hasAll = true;
        return events;
      };
      bench.store = { ...store, readAll };
      start([counting()]);
      bench.store = store;
      await until(() => hasAll);
      for (const type of ['Counted', 'Other']) {
        await append(fact(type));
        await stands(await store.head());
      }
      expect([await rows(), bench.logged()]).toEqual([[1], '']);
      await until(async () => !(await isBegun()));
    });

    it('tries what failed once anew, though its transaction was begun while it was read', async () => {
      const inner = counting();
      let failures = 0;
      start([
        {
          ...inner,
          project(events, tx) {
            failures += 1;
            if (failures === 1) throw new Error('once');
            return inner.project(events, tx);
          },
        },
      ]);
      await until(async () => (await status()).state === 'LIVE');
      await append(fact('Counted'), fact('Counted'));
      await stands(2n);
      expect([await rows(), (await status()).state]).toEqual([[1, 2], 'LIVE']);
    });

    it('a leader that hangs in its transaction is ended by the one who takes over', async () => {
      let hanging = false;
      let release = (): void => undefined;
      await append(fact('Counted'));
      const hang = async (): Promise<void> => {
        if (hanging) return;
        hanging = true;
        await new Promise<void>((resolve) => (release = resolve));
      };
      start([counting('counted', hang)], { holder: 'a' });
      await until(() => hanging);
      // The name by which it is found, which is that of every version.
      const named = `select from pg_stat_activity where application_name = 'projection counted' and datname = current_database()`;
      expect(await bench.database().query(named)).toHaveLength(1);
      await runOut();
      start([counting()], { holder: 'b' });
      await stands(1n);
      release();
      expect(await rows()).toEqual([1]);
      expect(await rows('counted', 'change_feed')).toEqual([1]);
    });

    it('fighting over the lease lose and double nothing', async () => {
      for (const holder of ['a', 'b']) start([counting()], { holder, leaseMs: 60, pollMs: 5 });
      let appended = 0;
      await until(async () => {
        await append(fact('Counted'), fact('Other'));
        appended += 1;
        await runOut();
        const [lease] = await bench.database().query<{ epoch: string }>('select epoch from lease');
        return Number(lease?.epoch) > 10;
      });
      await stands(BigInt(2 * appended));
      const odd = upTo(appended).map((n) => 2 * n - 1);
      expect(await rows()).toEqual(odd);
      expect(await rows('counted', 'change_feed')).toEqual(odd);
    });
  });
});

import { DatabaseUnavailable, UnreadableEvent } from '../errors';
import { createMemoryEventStore } from '../event-store/testing';
import { createFeedWriter } from '../change-feed';
import { createLogger } from '../observability';
import { until } from '../pubsub/testing';
import type { Projection } from '.';
import { retryStopped } from '.';
import { makeUpParked } from './missed-events';
import { counting, fact, upTo, useProjectionBench, UNKNOWN_TYPE } from './testing';

jest.setTimeout(60_000);

interface Data {
  n: number;
}

describe('a projection that parks', () => {
  const bench = useProjectionBench();
  const { rows, stands, status, stopAll } = bench;
  let poison: Set<number>;
  let seen: number[];
  beforeEach(() => ([poison, seen] = [new Set(), []]));

  /** Odd numbers are of the stream `odd`, even ones of `even`; those that are poison fail when their row was written. */
  const append = async (...numbers: number[]) => {
    for (const n of numbers) await bench.store.append(n % 2 === 1 ? 'odd' : 'even', 'any', [fact('Counted', { n })]);
  };
  const parking = (look: (n: number) => Promise<void> | void = () => undefined): Projection => ({
    ...counting('counted', async (data) => {
      const { n } = data as Data;
      if (poison.has(n)) throw new Error(`cannot read ${n}`);
      await look(n);
      seen.push(n);
    }),
    tables: [],
    onPoison: 'park',
  });
  const start = (projection = parking()) => bench.start([projection], { pollMs: 20 });
  const parked = async () => (await status()).parkedStreams;
  const at = (n: number) => ({
    streamId: n % 2 === 1 ? 'odd' : 'even',
    position: BigInt(n),
    error: expect.stringContaining(`position ${n}: cannot read ${n}`),
  });
  /** Parks `odd` at its first event, and stops; nothing is poison any more. */
  const parkOdd = async () => {
    poison.add(1);
    await append(1, 2);
    start();
    await stands(2n);
    await stopAll();
    poison.clear();
  };
  const evens = (count: number) => upTo(count).filter((n) => n % 2 === 0);

  it('leaves the stream of a poison event out, visibly, and goes on with all others', async () => {
    poison.add(37);
    await append(...upTo(60));
    start();
    await stands(60n);
    await append(61, 62);
    await stands(62n);
    const taken = [...upTo(36), ...evens(62).filter((n) => n > 36)];
    expect(await rows()).toEqual(taken);
    expect(await rows('counted', 'change_feed')).toEqual(taken);
    expect(await status()).toMatchObject({ state: 'LIVE', error: null, lagMs: 0, parkedStreams: [at(37)] });
    expect(bench.logged()).toContain('parked a stream');
  });

  it('tells what was thrown as far as a row can hold it', async () => {
    await append(1, 2);
    start(
      parking((n) => {
        if (n === 1) throw new Error(`nul \0, half \ud800, whole 🎬, ${'x'.repeat(5_000)}`);
      }),
    );
    await stands(2n);
    const [{ error } = { error: '' }] = await parked();
    expect(error).toContain('position 1: nul \ufffd, half \ufffd, whole 🎬, xxx');
    expect(error.length).toBeLessThan(2_200);
  });

  it('gives it what it missed, in order and once, when it is to try again; then it is like any other', async () => {
    poison.add(3);
    await append(...upTo(8));
    start();
    await stands(8n);
    poison.clear();
    seen = [];
    expect(await retryStopped(bench.database(), 'another')).toEqual([]);
    expect(await retryStopped(bench.database(), 'counted')).toEqual(['counted']);
    await until(async () => (await parked()).length === 0);
    expect(seen).toEqual([3, 5, 7]);
    await append(9, 10);
    await stands(10n);
    expect(seen).toEqual([3, 5, 7, 9, 10]);
    expect(await rows()).toEqual(upTo(10));
    expect(await rows('counted', 'change_feed')).toEqual(upTo(10));
  });

  it('keeps it parked while it is poison, from the next event on that it cannot take', async () => {
    poison = new Set([3, 7]);
    await append(...upTo(10));
    start();
    await stands(10n);
    poison.delete(3);
    await retryStopped(bench.database());
    await until(() => bench.logged().includes('stays parked'));
    expect(await parked()).toEqual([at(7)]);
    expect(await rows()).toEqual([1, 2, 3, 4, 5, 6, 8, 10]);
    await append(11, 12);
    await stands(12n);
    // Once, and not again until somebody says so.
    expect(await bench.database().query('select from projection_checkpoint where retry_parked')).toEqual([]);
    poison.clear();
    await retryStopped(bench.database());
    await until(async () => (await parked()).length === 0);
    expect(await rows()).toEqual(upTo(12));
  });

  it('tries it again once, when it is stopped, too', async () => {
    poison.add(1);
    await append(1);
    await bench.append(fact(UNKNOWN_TYPE));
    start();
    const isStopped = () => until(async () => (await status()).state === 'STOPPED');
    await isStopped();
    await retryStopped(bench.database());
    await isStopped();
    expect(bench.logged().match(/stays parked/g)).toHaveLength(1);
  });

  it('tries it again at the next start', async () => {
    poison = new Set([1, 4]);
    await append(...upTo(6));
    start();
    await stands(6n);
    expect(await parked()).toEqual([at(1), at(4)]);
    await stopAll();
    poison.delete(4);
    await append(7, 8);
    start();
    await stands(8n);
    expect(await parked()).toEqual([at(1)]);
    expect(await rows()).toEqual([2, 4, 6, 8]);
  });

  it('makes up for it once, though its session is ended in the middle', async () => {
    poison.add(3);
    await append(...upTo(8));
    start();
    await stands(8n);
    await stopAll();
    poison.clear();
    let ended = 0;
    const inner = parking();
    start({
      ...inner,
      async project(events, tx) {
        const entries = await inner.project(events, tx);
        if (ended > 0) return entries;
        ended += 1;
        const [session] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
        await bench.owner().query('select pg_terminate_backend($1)', [session?.pid]);
        return entries;
      },
    });
    await until(async () => (await parked()).length === 0);
    expect(ended).toBe(1);
    expect(await rows()).toEqual(upTo(8));
    expect(await rows('counted', 'change_feed')).toEqual(upTo(8));
  });

  it('goes on after the part that it made up for, when the database fails in the next', async () => {
    poison.add(1);
    await append(...upTo(8));
    start();
    await stands(8n);
    poison = new Set([7]);
    let failures = 0;
    const between: object[] = [];
    await stopAll();
    seen = [];
    start(
      parking(async (n) => {
        if (n !== 5 || !seen.includes(3)) return;
        failures += 1;
        if (failures !== 2) return;
        between.push(...(await parked()));
        throw new DatabaseUnavailable('gone'); // first all four together, then the later two
      }),
    );
    await until(async () => (await parked())[0]?.position === 7n);
    expect(failures).toBeGreaterThan(2);
    expect(between).toEqual([{ ...at(1), position: 5n }]);
    expect(await rows()).toEqual([1, 2, 3, 4, 5, 6, 8]);
    expect(await rows('counted', 'change_feed')).toEqual([1, 2, 3, 4, 5, 6, 8]);
  });

  it('makes up for nothing when another one leads', async () => {
    await parkOdd();
    await retryStopped(bench.database());
    const database = bench.database();
    const parts = { database, store: bench.store, feed: createFeedWriter({ database }), projection: parking() };
    const codecs = { requireKnown: () => undefined };
    const log = createLogger({ level: 'silent' });
    const dismissed = makeUpParked(
      { ...parts, codecs, log, epoch: 0n, parked: new Map([['odd', (await parked())[0]!]]) },
      { position: 2n, state: 'LIVE' },
    );
    await expect(dismissed).rejects.toMatchObject({ code: 'LEADERSHIP_LOST' });
    expect(await rows()).toEqual([2]);
    expect(await parked()).toEqual([at(1)]);
  });

  it.each([
    ['a type that nobody knows', fact(UNKNOWN_TYPE)],
    ['data that its codec cannot read', fact('Counted', { n: 0 })],
  ])('stops at %s: what cannot be read is never left out', async (_, event) => {
    await append(1);
    await bench.store.append('odd', 'any', [event]);
    await append(3);
    start(
      parking((n) => {
        if (n === 0) throw new UnreadableEvent('its data does not fit the schema');
      }),
    );
    await until(async () => (await status()).state === 'STOPPED');
    expect(await status()).toMatchObject({ position: 1n, parkedStreams: [] });
  });

  it('stops where a hundred streams are parked: the fault is not theirs', async () => {
    for (const n of upTo(102)) await bench.store.append(`stream-${n}`, 'any', [fact('Counted', { n })]);
    poison = new Set(upTo(102).slice(1));
    start();
    await until(async () => (await status()).state === 'STOPPED');
    expect(await status()).toMatchObject({ position: 101n, error: expect.stringContaining('at position 102') });
    expect(await parked()).toHaveLength(100);
    expect(await rows()).toEqual([1]);
  });

  it('that stops instead, by now, leaves what is parked out none the less', async () => {
    poison.add(3);
    await append(...upTo(4));
    start();
    await stands(4n);
    await stopAll();
    await append(5, 6);
    start({ ...parking(), onPoison: 'stop' });
    await stands(6n);
    expect(await parked()).toEqual([at(3)]);
    expect(await rows()).toEqual([1, 2, 4, 6]);
  });

  it('forgets what it parked when the event store is another one', async () => {
    await parkOdd();
    await bench.owner().query('truncate counted'); // which no engine knows of
    bench.store = createMemoryEventStore();
    await append(3, 5, 6);
    start();
    await stands(3n);
    expect(await parked()).toEqual([]);
    expect(await rows()).toEqual(upTo(3));
    expect(bench.logged()).not.toContain('interrupted');
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EventStoreUnavailable, PositionExpired, StartupError, UnknownOutcome } from '../../errors';
import { createLogger } from '../../observability';
import { NO_STREAM } from '../event-store';
import type { EventStore } from '../event-store';
import { collect, newEvents, newStream, times, until, versionsOf } from '../fixtures.contract';
import type { EventStoreDbParts } from '.';
import { createEventStoreDbStore } from '.';
import type { Double, DoubleOptions } from './testing';
import { createDouble, createSelfSigned } from './testing';

const log = createLogger({ level: 'silent' });
jest.setTimeout(120_000); // a busy machine takes its time

describe('EventStoreDB and its outages', () => {
  let double: Double;
  let opened: EventStore[];
  let ending: AbortController;
  beforeEach(() => {
    opened = [];
    ending = new AbortController();
  });
  afterEach(async () => {
    ending.abort();
    await Promise.all(opened.map((store) => store.close()));
    await double.close();
  });
  async function open(parts: Partial<EventStoreDbParts> = {}): Promise<EventStore> {
    const store = await createEventStoreDbStore({ url: double.url(), log, ...parts });
    opened.push(store);
    return store;
  }
  async function begin(options?: DoubleOptions, parts: Partial<EventStoreDbParts> = {}): Promise<EventStore> {
    double = await createDouble(options);
    return open(parts);
  }
  const append = (store: EventStore, streamId = newStream()) => store.append(streamId, NO_STREAM, newEvents(1));
  const follow = async (store: EventStore) => collect(store.subscribeToAll(await store.head(), ending.signal));
  const works = (store: EventStore) => append(store).then(() => true, () => false); // prettier-ignore

  describe('when an answer is lost', () => {
    it('settles an exact append by its ids: stored once, and by us', async () => {
      const store = await begin({}, { answerMs: 500 });
      const streamId = newStream();
      double.loseAnswers(1);
      const answer = await store.append(streamId, NO_STREAM, newEvents(2));
      expect(answer).toMatchObject({ version: 1, repeated: false });
      expect(await versionsOf(store, streamId)).toEqual([0, 1]);
      expect(await append(store)).toMatchObject({ version: 0 });
    });

    it('says so when it cannot be settled', async () => {
      const store = await begin({}, { answerMs: 200 });
      double.loseAnswers(1_000);
      await expect(append(store)).rejects.toBeInstanceOf(UnknownOutcome);
    });

    it('does not send any again, which the server would store again', async () => {
      const store = await begin({}, { answerMs: 300 });
      const streamId = newStream();
      const before = double.appends();
      double.loseAnswers(1);
      await expect(store.append(streamId, 'any', newEvents(1))).rejects.toBeInstanceOf(UnknownOutcome);
      expect(double.appends()).toBe(before + 1);
      expect(await versionsOf(await open(), streamId)).toEqual([0]);
    });
  });

  it('is unavailable at once while the server is down, and goes on by itself: nothing lost, nothing twice', async () => {
    const store = await begin();
    const follower = await follow(store);
    const acknowledged: string[] = [];
    let writing = true;
    const writers = times(8, async () => {
      while (writing) {
        const [event] = newEvents(1);
        const streamId = newStream();
        await until(async () => {
          await store.append(streamId, NO_STREAM, [event!]);
          return acknowledged.push(event!.eventId) > 0;
        }).catch((error: unknown) => {
          if (!(error instanceof EventStoreUnavailable || error instanceof UnknownOutcome)) throw error;
        });
      }
    });
    for (let round = 0; round < 3; round++) {
      const before = acknowledged.length;
      await until(() => acknowledged.length > before + 20);
      await double.kill();
      await until(async () => {
        const asked = performance.now();
        const failure: unknown = await store.readStream(newStream()).catch((error: unknown) => error);
        return failure instanceof EventStoreUnavailable && failure.retryable && performance.now() - asked < 1_000;
      });
      await double.start({ startingUpMs: 100 });
    }
    const before = acknowledged.length;
    await until(() => acknowledged.length > before + 20);
    writing = false;
    await Promise.all(writers);
    const stored = await store.readAll(0n, 100_000);
    await until(() => follower.seen.length >= stored.length);
    expect(follower.seen.map(({ eventId }) => eventId)).toEqual(stored.map(({ eventId }) => eventId));
    const ids = stored.map(({ eventId }) => eventId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(acknowledged.filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('loses nothing in bursts of another process, which end its subscription', async () => {
    const store = await begin();
    const other = await open();
    const follower = await follow(store);
    const streamId = newStream();
    for (let round = 0; round < 3; round++) await other.append(streamId, round * 200 - 1, newEvents(200));
    await until(() => follower.seen.length >= 600);
    expect(follower.seen.map((event) => event.streamVersion)).toEqual(times(600, (n) => n));
  });

  it('hears of what another process appended, sooner than by the clock', async () => {
    const store = await begin();
    const other = await open();
    let hints = 0;
    store.onAppended(() => hints++);
    await until(async () => (await works(other)) && hints > 0);
  });

  it('steps over any number of the server’s own events', async () => {
    const store = await begin();
    double.log.writeStatistics(40);
    expect(await store.head()).toBe(0n);
    const first = await append(store);
    double.log.writeStatistics(80);
    const second = await append(store);
    double.log.writeStatistics(80);
    const places = async (one: EventStore, after: bigint) =>
      (await one.readAll(after, 10)).map((event) => event.globalPosition);
    for (const one of [store, store, await open()]) {
      expect(await one.head()).toBe(second.position);
      expect((await one.readAll(0n, 1)).map((event) => event.globalPosition)).toEqual([first.position]);
      expect(await places(one, first.position)).toEqual([second.position]);
      expect(await places(one, second.position)).toEqual([]);
    }
  });

  it('refuses a position beyond the end, also of a store that was set back', async () => {
    let lines = '';
    const watched = createLogger({ level: 'warn', destination: { write: (line) => void (lines += line) } });
    const store = await begin({}, { log: watched });
    const [kept, cut] = [await append(store), await append(store)];
    const follower = collect(store.subscribeToAll(cut.position, ending.signal));
    await double.kill();
    await until(() => lines.includes('event store away'));
    double.log.cut(cut.position);
    await double.start();
    await expect(follower.ended).rejects.toBeInstanceOf(PositionExpired);
    await until(async () => (await store.head()) === kept.position);
    await expect(store.readAll(kept.position - 3n, 1)).rejects.toBeInstanceOf(PositionExpired);
  });

  describe('its id', () => {
    it('is made with the store and told by all', async () => {
      const stores = [await begin(), ...(await Promise.all(times(3, () => open())))];
      expect(stores[0]!.storeId).toMatch(/^es[0-9a-f]{4}$/);
      expect(new Set(stores.map(({ storeId }) => storeId)).size).toBe(1);
      expect(await stores[0]!.readAll(0n, 10)).toEqual([]);
    });

    it('is another one after somebody took it away, as after a restore', async () => {
      const { storeId } = await begin();
      double.log.append('$$medianest', 'any', [
        {
          id: crypto.randomUUID(),
          type: '$metadata',
          contentType: 'application/json',
          data: Buffer.from('{}'),
          metadata: Buffer.alloc(0),
        },
      ]);
      expect((await open()).storeId).not.toBe(storeId);
    });
  });

  describe('a start', () => {
    it('waits for a server that is not there yet', async () => {
      double = await createDouble();
      await double.kill();
      const opening = open({ patienceMs: 20_000 });
      await double.start({ startingUpMs: 300 });
      expect(await works(await opening)).toBe(true);
    });

    it('gives up with the reason', async () => {
      double = await createDouble();
      await double.kill();
      await expect(open({ patienceMs: 0 })).rejects.toThrow(/EVENT_STORE_URL: .*ECONNREFUSED/);
      await double.start();
    });
  });

  describe('with TLS and users', () => {
    const certificate = createSelfSigned();
    const folder = mkdtempSync(path.join(tmpdir(), 'esdb-'));
    const file = path.join(folder, 'ca.pem');
    writeFileSync(file, certificate.cert);
    afterAll(() => rmSync(folder, { recursive: true }));
    const secure = { certificate, users: { admin: { password: 'p@ss', readsAll: true }, guest: { password: 'g' } } };
    const trusting = (user: string) => ({ url: `${double.url(user)}&tlsCAFile=${encodeURIComponent(file)}` });

    it('works with both', async () => {
      double = await createDouble(secure);
      const store = await open(trusting('admin:p%40ss'));
      const follower = await follow(store);
      await append(store);
      await until(() => follower.seen.length === 1);
    });

    it.each([
      ['a wrong password', 'admin:wrong', /denies us/],
      ['a user who may not read all', 'guest:g', /denies us.*\$admins.*\$all/],
    ])('refuses to start with %s, at once and with the reason', async (_, user, reason) => {
      double = await createDouble(secure);
      const refused = open(trusting(user));
      await expect(refused).rejects.toBeInstanceOf(StartupError);
      await expect(refused).rejects.toThrow(reason);
    });

    it('trusts no certificate that nobody vouched for', async () => {
      double = await createDouble(secure);
      await expect(open({ url: double.url('admin:p%40ss'), patienceMs: 0 })).rejects.toThrow(/certificate/);
    });
  });

  describe('with three nodes', () => {
    it('goes on with another leader when one is killed, and when it moved', async () => {
      const store = await begin({ nodes: 3 });
      const follower = await follow(store);
      await append(store);
      await double.kill(0);
      await until(() => works(store));
      double.leads(2);
      await until(() => works(store));
      await until(() => follower.seen.length >= 3);
    });

    it('leaves a frozen leader for the next one', async () => {
      const store = await begin({ nodes: 3 }, { answerMs: 500 });
      await append(store);
      double.freeze(0);
      double.leads(1);
      await until(() => works(store), 20_000);
    });
  });
});

import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createLogger } from '../../observability';
import type { EventStore } from '../event-store';
import { NO_STREAM } from '../event-store';
import { collect, newEvents, newStream, times, until } from '../fixtures.contract';
import { createEventStoreDbStore } from '.';
import type { Double } from './testing';
import { createDouble } from './testing';

const log = createLogger({ level: 'silent' });
jest.setTimeout(120_000); // a busy machine takes its time

describe('EventStoreDB that is frozen, or away', () => {
  let double: Double;
  let store: EventStore;
  let ending: AbortController;
  const begin = async (answerMs: number) => {
    double = await createDouble();
    store = await createEventStoreDbStore({ url: double.url(), log, answerMs });
  };
  beforeEach(() => void (ending = new AbortController()));
  afterEach(async () => {
    ending.abort();
    await store.close();
    await double.close();
  });

  const reads = (count: number) => Promise.allSettled(times(count, () => store.readStream(newStream())));
  /** Of calls that are not made: one that waited in vain fails with other words. */
  async function expectFailuresAtOnce(): Promise<void> {
    const message = expect.stringMatching(/^the event store does not answer/);
    for (const outcome of await reads(10))
      expect(outcome).toMatchObject({ reason: { code: 'EVENT_STORE_UNAVAILABLE', message } });
  }
  async function works(): Promise<boolean> {
    const appended = store.append(newStream(), NO_STREAM, newEvents(1));
    return appended.then(
      () => true,
      () => false,
    );
  }

  it('fails fast, by and by, and goes on after it', async () => {
    await begin(400);
    const follower = collect(store.subscribeToAll(await store.head(), ending.signal));
    double.freeze();
    await reads(4);
    await expectFailuresAtOnce();
    double.thaw();
    await until(works);
    await until(() => follower.seen.length > 0);
  });

  it('fails fast also while one call asks whether it is back', async () => {
    await begin(2_000);
    double.freeze();
    await reads(4);
    await pause(1_100); // then the next call is the one that asks
    let isAnswered = false;
    const asking = reads(1).finally(() => (isAnswered = true));
    await expectFailuresAtOnce();
    expect(isAnswered).toBe(false);
    double.thaw();
    await asking;
    await until(works);
  });

  it('is not tried by each call while it is away, and the others say why', async () => {
    await begin(2_000);
    await double.kill();
    let tries = 0;
    const port = Number(double.hosts()[0]!.split(':')[1]);
    const refusing = createServer((socket) => void (++tries, socket.destroy())).listen(port, '127.0.0.1');
    for (let calls = 0; calls < 100; calls++) await reads(1);
    const [outcome] = await reads(1);
    await once(refusing.close(), 'close');
    await double.start();
    expect(tries).toBeLessThan(50);
    expect(outcome).toMatchObject({ reason: { message: expect.stringMatching(/No connection established/) } });
    await until(works);
  });
});

import { createCommandHandler, createEventCodecs } from '../../mechanisms/event-store';
import type { EventStore, StoredEvent } from '../../mechanisms/event-store';
import { createMemoryEventStore } from '../../mechanisms/event-store/testing';
import { createLogger } from '../../mechanisms/observability';
import type { TestDatabase } from '../../mechanisms/postgres/testing';
import { createTestDatabase } from '../../mechanisms/postgres/testing';
import { until } from '../../mechanisms/pubsub/testing';
import type { BoardListener, UpstreamService } from '../../upstreams/uptime-kuma';
import { createBoardPulse } from './board-pulse.read-model';
import { createServiceQueries } from './loaders';
import { createMonitoringCommands } from './monitoring/commands';
import { monitoringCodecs } from './monitoring/event-codecs';
import { createStatusPoller, serviceIdOf } from './poller';
import { createServiceCommands } from './service/commands';
import { serviceCodecs } from './service/event-codecs';
import type { CheckedStatus } from './service/service';
import { iso } from './service/testing';
import { createServiceUptime } from './service-uptime.read-model';
import { createServiceViewProjection } from './service-view.read-model';

const CONNECTION = 'uptime-kuma';
const codecs = createEventCodecs([...serviceCodecs, ...monitoringCodecs]);
const log = createLogger({ level: 'silent' });
let test: TestDatabase;
let store: EventStore;
let pollers: { stop(): Promise<void> }[] = [];
beforeAll(async () => (test = await createTestDatabase()));
afterAll(() => test.drop());
beforeEach(() => (store = createMemoryEventStore()));
afterEach(async () => {
  await Promise.all(pollers.map((poller) => poller.stop()));
  pollers = [];
  await test.owner.query('truncate service_view, service_pulse, board_pulse, service_uptime');
});

/** A board in our hands, and a process that watches it. */
function watch(through: EventStore = store) {
  let listener: BoardListener | undefined;
  const state = { live: true, silentMs: 0 as number | null, trouble: null as Error | null };
  const handler = createCommandHandler({ store: through, codecs });
  const clock = () => new Date(iso(10_000));
  const poller = createStatusPoller({
    connectionId: CONNECTION,
    board: {
      watch: (hears) => void (listener = hears),
      stop: () => void (listener = undefined),
      isLive: () => state.live,
      silentForMs: () => state.silentMs,
      trouble: () => state.trouble,
    },
    services: createServiceCommands({ handler, clock }),
    monitoring: createMonitoringCommands({ handler, clock }),
    queries: createServiceQueries(test.database),
    pulse: createBoardPulse(test.database),
    uptime: createServiceUptime(test.database),
    staleAfterMs: 1_000,
    clock,
    log,
  });
  pollers.push(poller);
  return { poller, state, hear: () => listener! };
}
const shown = (externalId: string, ...beats: [CheckedStatus, number][]): UpstreamService => ({
  ...{ externalId, name: `service ${externalId}`, group: null, type: 'http', paused: false },
  beats: beats.map(([status, second]) => ({ status, at: iso(second), message: null, pingMs: 5 })),
});
const facts = async (externalId: string) => {
  const { events } = await store.readStream(`service-${serviceIdOf(CONNECTION, externalId).replace('svc_', '')}`);
  return events.map(({ type, data }) => [type, (data as { at?: string }).at]);
};
const monitoringFacts = async () => (await store.readStream(`connection-${CONNECTION}`)).events.map(({ type }) => type);
async function project(): Promise<void> {
  const events = (await store.readAll(0n, 10_000)) as StoredEvent[];
  await test.database.transaction(async (tx) => {
    await tx.query('delete from service_view'); // seen by nobody before the rest is there
    await createServiceViewProjection(codecs).project(events, tx);
  });
}

it('records what changes, in its order, and counts every check once', async () => {
  const { poller, hear } = watch();
  await poller.round();
  hear().board([shown('1', ['UP', 1])]);
  await until(async () => (await facts('1')).length === 2);
  hear().service(shown('1', ['UP', 2]));
  hear().service(shown('1', ['DOWN', 3]));
  hear().service(shown('1', ['UP', 4]));
  const wanted = [
    ['ServiceDiscovered', undefined],
    ['ServiceCameUp', iso(1)],
    ['ServiceWentDown', iso(3)],
    ['ServiceCameUp', iso(4)],
  ];
  await until(async () => (await facts('1')).length === wanted.length);
  expect(await facts('1')).toEqual(wanted);
  await poller.stop();
  const counted = await test.database.query(
    'select sum(up)::int as up, sum(down)::int as down from service_uptime where tier = $1',
    ['DAY'],
  );
  expect(counted).toEqual([{ up: 3, down: 1 }]);
});

it('a process that takes over loses no change and doubles none', async () => {
  const first = watch();
  await first.poller.round();
  first.hear().board([shown('1', ['UP', 1]), shown('2', ['UP', 1])]);
  await until(async () => (await facts('1')).length === 2);
  first.hear().service(shown('1', ['DOWN', 3]));
  await until(async () => (await facts('1')).length === 3);
  await first.poller.stop();
  // It died; the board went on, and tells the next one its history.
  const second = watch();
  await second.poller.round();
  second.hear().board([shown('1', ['UP', 1], ['DOWN', 3], ['UP', 5], ['DOWN', 7]), shown('2', ['UP', 1], ['UP', 5])]);
  await until(async () => (await facts('1')).length === 5);
  await second.poller.stop();
  expect(await facts('1')).toEqual([
    ['ServiceDiscovered', undefined],
    ['ServiceCameUp', iso(1)],
    ['ServiceWentDown', iso(3)],
    ['ServiceCameUp', iso(5)],
    ['ServiceWentDown', iso(7)],
  ]);
  expect(await facts('2')).toHaveLength(2);
  const counted = await test.database.query('select sum(up + down)::int as all from service_uptime where tier = $1', [
    'DAY',
  ]);
  expect(counted).toEqual([{ all: 6 }]);
});

it('two who believe to lead record every change once', async () => {
  const [one, two] = [watch(), watch()];
  await Promise.all([one.poller.round(), two.poller.round()]);
  const board = [shown('1', ['UP', 1], ['DOWN', 3], ['UP', 5])];
  for (const { hear } of [one, two]) hear().board(board);
  await until(async () => (await facts('1')).length === 2); // what comes before that is the same news
  for (const { hear } of [one, two]) hear().service(shown('1', ['DOWN', 7]));
  await Promise.all([one.poller.round(), two.poller.round()]);
  await until(async () => (await facts('1')).length === 3);
  await Promise.all([one.poller.stop(), two.poller.stop()]);
  expect((await facts('1')).map(([type]) => type)).toEqual(['ServiceDiscovered', 'ServiceCameUp', 'ServiceWentDown']);
});

it('what could not be recorded waits, and nothing of it is lost', async () => {
  let fails = 2;
  const flaky: EventStore = {
    ...store,
    append: (...args) => (fails-- > 0 ? Promise.reject(new Error('no disk')) : store.append(...args)),
  };
  const { poller, hear } = watch(flaky);
  await poller.round();
  hear().board([shown('1', ['UP', 1])]);
  hear().service(shown('1', ['DOWN', 3]));
  hear().service(shown('1', ['UP', 4]));
  await until(async () => (await facts('1')).some(([, at]) => at === iso(4)));
  expect((await facts('1')).at(-1)).toEqual(['ServiceCameUp', iso(4)]);
});

it('a service that is not on the board any more is retired', async () => {
  const { poller, hear } = watch();
  await poller.round();
  hear().board([shown('1', ['UP', 1]), shown('2', ['UP', 1]), shown('3', ['UP', 1])]);
  await until(async () => (await facts('3')).length === 2);
  await project();
  hear().gone('1');
  hear().board([shown('3')]);
  await until(async () => (await facts('2')).length === 3 && (await facts('1')).length === 3);
  expect((await facts('2')).at(-1)?.[0]).toBe('ServiceRetired');
  expect(await facts('3')).toHaveLength(2);
});

it('what could not be retired is retired later, and what came onto the board meanwhile is not', async () => {
  let fails = 0;
  const failed: string[] = [];
  const flaky: EventStore = {
    ...store,
    append(...args) {
      const [one] = args[2];
      if (one?.type !== 'ServiceRetired' || fails-- <= 0) return store.append(...args);
      failed.push(args[0]);
      return Promise.reject(new Error('no disk'));
    },
  };
  const { poller, hear } = watch(flaky);
  await poller.round();
  hear().board([shown('1', ['UP', 1]), shown('2', ['UP', 1])]);
  await until(async () => (await facts('2')).length === 2);
  await project();
  fails = 2;
  hear().board([shown('1')]);
  await until(() => failed.length === 1);
  hear().service(shown('3', ['UP', 5]));
  await until(async () => (await facts('3')).length === 2);
  await project();
  await until(async () => (await facts('2')).length === 3);
  expect((await facts('2')).at(-1)?.[0]).toBe('ServiceRetired');
  expect(await facts('3')).toHaveLength(2);
});

describe('out of sight', () => {
  it('is one fact, once the silence is long enough, and over when the board is recorded anew', async () => {
    const { poller, state, hear } = watch();
    await poller.round();
    hear().board([shown('1', ['UP', 1])]);
    await until(async () => (await facts('1')).length === 2);
    Object.assign(state, { live: false, trouble: new Error('gone'), silentMs: 500 });
    await poller.round();
    expect(await monitoringFacts()).toEqual([]);
    await test.database.query(`update board_pulse set seen_at = seen_at - interval '2 s'`);
    state.silentMs = 2_500;
    await poller.round();
    await poller.round();
    expect(await monitoringFacts()).toEqual(['MonitoringLost']);

    Object.assign(state, { live: true, trouble: null, silentMs: 0 });
    const shownAt = performance.now();
    hear().board([shown('1', ['UP', 1], ['DOWN', 3])]);
    await until(async () => (await monitoringFacts()).length === 2);
    const all = await store.readAll(0n, 100);
    expect(all.slice(-3).map(({ type }) => type)).toEqual(['MonitoringLost', 'ServiceWentDown', 'MonitoringRestored']);
    const { agoMs } = (await createBoardPulse(test.database).last(CONNECTION))!;
    expect(agoMs).toBeLessThan(performance.now() - shownAt); // what is known is not stale
  });

  it('is asked once in a round, not at every check', async () => {
    let asked = 0;
    const counted: EventStore = {
      ...store,
      readStream(streamId) {
        if (streamId === `connection-${CONNECTION}`) asked += 1;
        return store.readStream(streamId);
      },
    };
    const { poller, hear } = watch(counted);
    await poller.round();
    hear().board([shown('1', ['UP', 1])]);
    await until(async () => (await facts('1')).length === 2 && asked === 1);
    for (const second of [3, 4, 5, 6]) {
      hear().service(shown('1', [second % 2 ? 'DOWN' : 'UP', second]));
      await until(async () => (await facts('1')).length === second);
    }
    await poller.round();
    await until(() => asked > 1);
    await poller.stop();
    expect(asked).toBe(2);
  });

  it('is not said by who has just begun to look', async () => {
    await createBoardPulse(test.database).seen(CONNECTION, 60_000);
    const { poller, state } = watch();
    Object.assign(state, { live: false, silentMs: null });
    await poller.round();
    expect(await monitoringFacts()).toEqual([]);
    state.trouble = new Error('refused');
    await poller.round();
    expect(await monitoringFacts()).toEqual(['MonitoringLost']);
  });
});

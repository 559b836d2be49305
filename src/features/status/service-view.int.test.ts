import { createEventCodecs } from '../../mechanisms/event-store';
import type { StoredEvent } from '../../mechanisms/event-store';
import { recorded } from '../../mechanisms/event-store/testing';
import type { TestDatabase } from '../../mechanisms/postgres/testing';
import { createTestDatabase } from '../../mechanisms/postgres/testing';
import { createServiceQueries } from './loaders';
import { monitoringCodecs } from './monitoring/event-codecs';
import type { MonitoringEvent } from './monitoring/events';
import { serviceCodecs } from './service/event-codecs';
import type { ServiceEvent } from './service/events';
import { CONNECTION, discovered, fact, iso } from './service/testing';
import type { StatusChange } from './service-view.read-model';
import { createServiceViewProjection } from './service-view.read-model';

const codecs = createEventCodecs([...serviceCodecs, ...monitoringCodecs]);
let test: TestDatabase;
let queries: ReturnType<typeof createServiceQueries>;
beforeAll(async () => {
  test = await createTestDatabase();
  queries = createServiceQueries(test.database);
});
afterAll(() => test.drop());
beforeEach(() => test.owner.query('truncate service_view'));

type Event = ServiceEvent | MonitoringEvent;
const two = (event: ServiceEvent): ServiceEvent =>
  ({ ...event, data: { ...event.data, serviceId: 'svc_2' } }) as ServiceEvent;
const lost: MonitoringEvent = { type: 'MonitoringLost', data: { connectionId: CONNECTION, lastSeenAt: iso(50) } };
const restored: MonitoringEvent = { type: 'MonitoringRestored', data: { connectionId: CONNECTION } };
const life: Event[] = [
  discovered(),
  fact('ServiceCameUp', 1),
  two(discovered({ name: 'NAS' })),
  two(fact('ServiceCameUp', 2)),
  lost,
  fact('ServiceWentDown', 60),
  restored,
  fact('ServiceCameUp', 70),
];

/** What subscribers hear of the events, in batches of that size. */
async function project(events: Event[], size = events.length) {
  const stored = recorded<Event>(events) as StoredEvent[];
  const heard = [];
  for (let from = 0; from < stored.length; from += size) {
    const batch = stored.slice(from, from + size);
    heard.push(...(await test.database.transaction((tx) => createServiceViewProjection(codecs).project(batch, tx))));
  }
  return heard.map(({ position, subjects, payload }) => {
    const { from, to } = payload as StatusChange;
    return [Number(position), subjects[0], from, to];
  });
}

it('is unknown, all of it, by one fact, and what happened meanwhile is shown when the board is back', async () => {
  expect(await project(life)).toEqual([
    [2, 'svc_1', 'UNKNOWN', 'UP'],
    [4, 'svc_2', 'UNKNOWN', 'UP'],
    [5, 'svc_1', 'UP', 'UNKNOWN'],
    [5, 'svc_2', 'UP', 'UNKNOWN'],
    [7, 'svc_1', 'UNKNOWN', 'DOWN'],
    [7, 'svc_2', 'UNKNOWN', 'UP'],
    [8, 'svc_1', 'DOWN', 'UP'],
  ]);
  expect((await queries.countedPage({ limit: 1 })).counts).toEqual({ UP: 2 });
});

it('is the same in one batch and in many', async () => {
  const table = () => test.database.query('select * from service_view order by service_id');
  const whole = { heard: await project(life), rows: await table() };
  await test.owner.query('truncate service_view');
  expect({ heard: await project(life, 1), rows: await table() }).toEqual(whole);
});

it('says since when nobody knows, and leaves out what is retired', async () => {
  await project([...life.slice(0, 4), two(fact('ServiceRetired', 40)), lost]);
  const { rows, counts } = await queries.countedPage({ limit: 10 });
  expect(counts).toEqual({ UNKNOWN: 1 });
  expect(rows).toMatchObject([{ lostAt: iso(50), state: { status: 'UP' } }]);
});

it('pages by name, whatever the case of the database, without a gap', async () => {
  const names = ['b', 'A', 'a', 'B', 'ä'];
  await project(names.map((name, n) => discovered({ serviceId: `svc_${n}`, name })));
  const seen: string[] = [];
  let after: { name: string; serviceId: string } | undefined;
  for (;;) {
    const { rows, counts } = await queries.countedPage({ limit: 1, ...(after ? { after } : {}) });
    expect(counts).toEqual({ UNKNOWN: names.length });
    const [row] = rows;
    if (!row) break;
    seen.push(row.state.name);
    after = row.state;
  }
  expect(seen).toEqual(['A', 'B', 'a', 'b', 'ä']);
});

it('counts and shows what was so at one moment, whatever happens between two statements', async () => {
  await project(life);
  const isOutOfSight = `update service_view set status = 'UNKNOWN', lost_at = now()`;
  const restless = {
    ...test.database,
    async query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]> {
      const answer = await test.database.query<Row>(sql, values);
      await test.owner.query(isOutOfSight);
      return answer;
    },
  };
  const { rows, counts } = await createServiceQueries(restless).countedPage({ limit: 10 });
  expect(counts).toEqual({ UP: 2 });
  expect(rows.map(({ lostAt }) => lostAt)).toEqual([null, null]);
  expect(await createServiceQueries(test.database).countedPage({ limit: 10 })).toMatchObject({
    counts: { UNKNOWN: 2 },
  });
});

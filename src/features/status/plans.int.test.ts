import { createEventCodecs } from '../../mechanisms/event-store';
import type { StoredEvent } from '../../mechanisms/event-store';
import { recorded } from '../../mechanisms/event-store/testing';
import type { TestDatabase } from '../../mechanisms/postgres/testing';
import {
  createTestDatabase,
  indexesOf,
  keptPlansOf,
  PLAN_ROWS,
  plansOf,
  shortcomings,
} from '../../mechanisms/postgres/testing';
import type { BoardWanted } from './loaders';
import { createServiceLoader, createServiceQueries } from './loaders';
import { serviceCodecs } from './service/event-codecs';
import { discovered, fact } from './service/testing';
import { readUptime } from './service-uptime.read-model';
import { createServiceViewProjection } from './service-view.read-model';

jest.setTimeout(120_000);

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  await test.owner.query(
    `insert into service_view
     select 'svc_' || n, 'board-' || n % 500, 'Service ' || n, case when n % 10 = 0 then 'DOWN' else 'UP' end, now(), n % 50 = 1, null, n, '{}'
     from generate_series(1, $1::int) as n`,
    [PLAN_ROWS],
  );
  await test.owner.query(
    `insert into service_uptime
     select 'svc_' || n % 200, tier, now() - n / 200 * width, 1, 0, 0, 0, 1, 1
     from generate_series(1, $1::int / 2) as n cross join (values ('MINUTE', interval '1 minute'), ('QUARTER', interval '15 minutes')) as t (tier, width)`,
    [PLAN_ROWS],
  );
  await test.owner.query('analyze service_view, service_uptime'); // with the planner's own settings from here on
});
afterAll(() => test.drop());

it.each<Partial<BoardWanted>>([{}, { after: { name: 'Service 5', serviceId: 'svc_5' } }])(
  'a page of many services, %j, is read off its index and sorts nothing',
  async (wanted) => {
    const plans = await plansOf(test.database, (view) => createServiceQueries(view).page({ limit: 51, ...wanted }));
    expect(indexesOf(plans)).toEqual(['service_view_name']);
    expect(shortcomings(plans)).toEqual([]);
  },
);

it('services by their ids, and those of a connection, are found by an index', async () => {
  const byId = await plansOf(test.database, (view) => createServiceLoader(view)().load('svc_7'));
  expect([indexesOf(byId), shortcomings(byId)]).toEqual([['service_view_pkey'], []]);
  const kept = await keptPlansOf(test.database, (view) => createServiceLoader(view)().load('svc_7'));
  expect([indexesOf(kept), shortcomings(kept)]).toEqual([['service_view_pkey'], []]);
  const ofBoard = await plansOf(test.database, (view) => createServiceQueries(view).ofConnection('board-7'));
  expect([indexesOf(ofBoard), shortcomings(ofBoard)]).toEqual([['service_view_connection'], []]);
});

it.each(['D1', 'D30'] as const)('the uptime of %s is read off its index', async (window) => {
  const plans = await plansOf(test.database, (database) => readUptime(database, ['svc_7', 'svc_8'], window));
  expect([...new Set(indexesOf(plans))]).toEqual(['service_uptime_pkey']);
  expect(shortcomings(plans)).not.toContain('Seq Scan'); // its rows may be sorted, to be grouped
});

it('what happens to services is folded by their keys, which are all the indexes that a rebuild has', async () => {
  const { project } = createServiceViewProjection(createEventCodecs(serviceCodecs));
  const events = recorded([discovered(), fact('ServiceWentDown', 1)]) as StoredEvent[];
  await test.database.query(`select begin_rebuild('{service_view}')`);
  const plans = await test.database.transaction(async (tx) => {
    await tx.query('set local search_path = medianest_rebuild');
    await tx.query('insert into service_view select * from public.service_view');
    return plansOf(tx, (explaining) => project(events, explaining));
  });
  expect([...new Set(indexesOf(plans))]).toEqual(['service_view_pkey']);
  expect(shortcomings(plans)).not.toContain('Seq Scan');
});
